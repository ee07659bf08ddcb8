"""The report: findings, one row a footprint and check, and what they add up to."""

from footprints.report.findings import FINDING_COLUMNS, as_findings
from footprints.report.report import Report

__all__ = ["FINDING_COLUMNS", "Report", "as_findings"]
