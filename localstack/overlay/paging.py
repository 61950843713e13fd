"""Pages: as AWS cuts them, and smaller when LAMPPOST_PAGE_SIZE says so, so that tests really turn pages."""

import os

from .answers import Refused


def page_size(asked, most):
    """The length of a page: what the caller asks for, never more than the API's own limit."""
    cap = int(os.environ.get("LAMPPOST_PAGE_SIZE") or most)
    return max(1, min(int(asked or most), most, cap))


def cut(items, asked, marker, most):
    """One page of `items` and the marker of the next, or None at the end."""
    try:
        start = int(marker or 0)
    except ValueError:
        raise Refused(400, "InvalidParameterValueException", "The provided marker is invalid.") from None
    end = start + page_size(asked, most)
    return items[start:end], str(end) if end < len(items) else None


def lambda_page(args, member, items, most=50):
    """A page of a Lambda list operation."""
    part, marker = cut(list(items), args.get("MaxItems"), args.get("Marker"), most)
    return {member: part, **({"NextMarker": marker} if marker else {})}
