"""The front door: `dawnring COMMAND DESIGN [options]`; one file in `commands` is one command."""
