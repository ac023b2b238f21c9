"""How a pair is derived: the setting, the order in which rules are tried, and the plans."""

from derive.deriving.curvature import hessian_steps, jacobian_steps
from derive.deriving.gradient import gradient_steps
from derive.deriving.setting import Setting

__all__ = ["Setting", "gradient_steps", "hessian_steps", "jacobian_steps"]
