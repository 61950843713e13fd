"""The one error of this package."""


class TemplateError(Exception):
    """A template that cannot be deployed as it stands, with the reason in one sentence."""
