# SPDX-License-Identifier: GPL-2.0-or-later
"""What can go wrong in a lab, said to people without a stack trace."""


class LabError(Exception):
    """Something a person can understand and act upon."""


class NoAnswer(LabError):
    """A machine's command channel is silent."""


class CommandTimeout(LabError):
    """A command ran longer than it was allowed to; it has been killed."""


class GuestCrash(LabError):
    """The console of a machine shows a panic, an oops or a warning of its kernel."""
