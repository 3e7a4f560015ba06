"""flows - every request that the programs know, one of each kind: FLOWS, by
name, in the order of these modules, by which they are numbered."""
import grant_flows  # noqa: F401
import page_flows  # noqa: F401
import service_flows  # noqa: F401
from flow import FLOWS

__all__ = ["FLOWS"]
