"""What the exit status of the command says."""

ALL_WELL, CHECK_FAILED, BAD_INPUT, NOTHING_CHECKED, OUR_FAULT = range(5)
# As a shell says of a program that wrote to a pipe which nobody reads any more.
NOBODY_READS = 141
