"""Pictures for papers and slides: one page, drawn the same way each time."""

from footprints.errors import FootprintsError

try:
    from footprints.pictures.composing import alternative_text, picture
    from footprints.pictures.saving import PICTURES, save_picture
except ModuleNotFoundError as error:
    if str(error.name).partition(".")[0] != "matplotlib":
        raise
    msg = "Pictures need matplotlib, which is not here: python -m pip install matplotlib"
    raise FootprintsError(msg) from error

__all__ = ["PICTURES", "alternative_text", "picture", "save_picture"]
