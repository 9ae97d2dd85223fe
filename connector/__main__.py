"""`python -m connector` is the same as the command `connector`."""

from connector.ui.cli import main

main(prog_name="connector")
