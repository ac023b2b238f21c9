r"""Pieces of notation that books write, one by one, and what is said of them."""

from __future__ import annotations

import pytest

import derive
from derive.textbook.judge import Judge

VECTORS = {"n": "dim", "x": "vector(n)", "y": "vector(n)", "a": "scalar"}
LOSS = {"n": "dim", "P": "vector(n)", "S": "vector(n)", "\\ell": "function"}
LAYER = {"n": "dim", "m": "dim", "x": "vector(n)", "z": "vector(m)", "W": "matrix(m,n)"}
UNKNOWN = LAYER | {"f": "function"}
PAIRS = {"x": "vector(2)", "y": "vector(2)"}
MATRICES = {"n": "dim", "m": "dim", "A": "matrix(n,n)", "W": "matrix(m,n)"}
WEIGHTS = {"n": "dim", "d": "dim", "p": "vector(n)", "W": "matrix(n,n)", "X": "matrix(n,d)"}
ATTENTION = {"T": "dim", "d_k": "dim", "Q": "matrix(T,d_k)", "K": "matrix(T,d_k)"}
SCORES = ATTENTION | {"S": "matrix(T,T)", "f": "function"}
SCORED = (r"S = \frac{1}{\sqrt{d_k}} Q K^T", "L = f(S)")
SOFTMAX = (r"P_i = \frac{e^{S_i}}{\sum_j e^{S_j}}", r"L = \ell(P)")
POWERS = {"p": "scalar in (0,1)", "y": "scalar in [0,1]"}
ONE = {"z": "scalar", "y": "scalar"}
SIGMOID = (r"p = \frac{1}{1 + e^{-z}}",)
BINARY = (*SIGMOID, r"L = -y \log p - (1 - y) \log (1 - p)")
ERRORS = {"m": "dim", "n": "dim", "z": "vector(n)", "W": "matrix(m,n)", "j": "index(n)"}
ERRORS |= {"k": "index(m)", "f": "function"}
DELTAS = (
    r"\delta_k = \frac{\partial L}{\partial y_k}",
    r"\delta_j = \frac{\partial L}{\partial z_j}",
)
MEAN = (r"\mu = \frac{1}{n} \sum_i x_i",)
TALL = {"n": "dim", "d": "dim", "X": "matrix(n,d)"}
ROWS = {"n": "dim", "d": "dim", "x": "vector(d) per (n)"}
SQUARES = {"n": "dim", "A": "matrix(n,n)", "B": "matrix(n,n)"}
CUBES = SQUARES | {"C": "matrix(n,n)"}

LAYERS = {"L": "dim", "n": "dim", "l": "index(L)", "W": "matrix(n,n) per (L)", "c": "function"}
LAYERS |= dict.fromkeys(("a", "b", "z", r"\delta"), "vector(n) per (L)")
FEEDFORWARD = (
    r"z^l = W^l a^{l-1} + b^l",
    r"a^l = \tanh(z^l)",
    r"C = c(a^L)",
    r"\delta^l_i = \frac{\partial C}{\partial z^l_i}",
    r"\nabla_a C = \frac{\partial C}{\partial a^L}",
)

CASES: list[tuple[str, str, dict[str, str], tuple[str, ...], list[str]]] = [
    (
        "an index that is declared with its own label, and labels of samples",
        r"\frac{\partial J}{\partial v_c} = \frac{1}{|C|} \frac{\partial J}{\partial h}"
        r"= \frac{1}{|C|} [-u_{w_o} + \sum_{i=1}^K 2 (u_{n_i}^T h) u_{n_i}] \\"
        r"\frac{\partial J}{\partial h} = -u_{w_o} + \sum_{i=1}^K (u_{n_i}^T h) u_{n_i} \\"
        r"\frac{\partial J}{\partial v_c} = \frac{\partial J}{\partial h}",
        {
            "C": "dim",
            "V": "dim",
            "K": "dim",
            "d": "dim",
            "v": "vector(d) per (C)",
            "c": "index(C)",
            "u": "vector(d) per (V)",
            "w_o": "index(V)",
            "n": "index(V) per (K)",
        },
        (
            r"h = \frac{1}{|C|} \sum_{c' \in C} v_{c'}",
            r"J = -u_{w_o}^T h + \sum_{i=1}^K (u_{n_i}^T h)^2",
        ),
        ["held", "held", "refuted", "refuted"],
    ),
    (
        "what an inverse means is given, and says nothing anew of its function",
        r"1 - \sigma(x) = \sigma(-x), \quad 1 - \sigma(x) = \sigma(x) \\"
        r"\sigma^{-1}(x) = \log\frac{x}{1 - x} \\ \sigma^{-1}(x) = \log\frac{1}{1 - x}",
        {"x": "scalar"},
        (r"\sigma(\sigma^{-1}(x)) = x", r"\sigma(x) = \frac{1}{1 + e^{-x}}"),
        ["proved", "refuted", "held", "refuted"],
    ),
    (
        "an equation about a defined function of other values defines it no second time",
        r"f(a) = a^3, \quad f(a) = a",
        {"a": "scalar", "x": "scalar"},
        ("f(x) = x^3", "f(g(x)) = x", r"g(x) = x^{1/3}"),
        ["proved", "refuted"],
    ),
    (
        "softmax at an index",
        r"softmax(x) = \frac{e^{a_x}}{\sum_i e^{a_i}} = \frac{e^{a_x + c}}{\sum_i e^{a_i + c}}"
        r"= \frac{e^{a_x + c}}{\sum_i e^{a_i}}",
        {"n": "dim", "a": "vector(n)", "x": "index(n)", "c": "scalar"},
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "probabilities and entropies that the names of their arguments tell apart",
        r"H(y|x) = -\sum_{x,y} P(x,y) logP(y|x) \\ H(x,y) = -\sum_{x,y} P(x,y) lnP(x,y)"
        r"= -\sum_{x,y} P(x,y) log(P(y|x)P(x)) = H(y|x) - \sum_x logP(x) P(x) = H(y|x) + H(x)"
        r"\\ H(x,y) = H(y|x) \\ H(x,y) = H(y|x) - H(x) \\ P(x|y) = \frac{P(x,y)}{P(y)}"
        r"= \frac{P(y|x) P(x)}{P(y)} = P(y|x) P(x)",
        {
            "a": "dim",
            "b": "dim",
            "x": "index(a)",
            "y": "index(b)",
            "P": "matrix(a,b) simplex",
        },
        (
            r"P(x) = \sum_y P(x,y)",
            r"P(y) = \sum_x P(x,y)",
            r"P(y|x) = \frac{P(x,y)}{P(x)}",
            r"H(x) = -\sum_x P(x) log P(x)",
            r"H(x,y) = -\sum_{x,y} P(x,y) log P(x,y)",
        ),
        ["definition", *["proved"] * 4, "refuted", "refuted", "definition", "proved", "refuted"],
    ),
    (
        "a marginal of which nothing is said is no row of the array, nor one that is known",
        r"P(x) = \sum_y P(x,y) \\ \sum_y P(y) = 1 \\ P(x) = P(y) \\ P(x) = \sum_y P(y,x)"
        r"\\ P(y|x) = P(x,y)",
        {
            "n": "dim",
            "x": "index(n)",
            "y": "index(n)",
            "P": "matrix(n,n) simplex",
        },
        (),
        ["definition", "unreadable", "unreadable", "unreadable", "definition"],
    ),
    (
        "entropies of quantities that are named by capitals",
        r"H(Y|X) = -\sum_{x,y} p(x,y) \log p(y|x) = H(X, Y) - H(X) = H(X, Y) + H(X) \\"
        r" H(Y|X) = H(X, Y) \\ H(X, Y) = H(X|Y) \\ H(X, Y) = H(Y)",
        {
            "a": "dim",
            "b": "dim",
            "x": "index(a)",
            "y": "index(b)",
            "p": "matrix(a,b) simplex",
        },
        (
            r"p(x) = \sum_y p(x,y)",
            r"p(y|x) = \frac{p(x,y)}{p(x)}",
            r"H(X, Y) = -\sum_{x,y} p(x,y) \log p(x,y)",
            r"H(X) = -\sum_x p(x) \log p(x)",
        ),
        ["definition", "proved", "refuted", "refuted", "unreadable", "unreadable"],
    ),
    (
        "the next step of an iteration whose quantities are declared with the step",
        r"\boxed{w^{(t+1)} = (X^T S^{(t)} X)^{-1} X^T S^{(t)} z} \\"
        r" X^T S^{(t)} X w^{(t+1)} = X^T S^{(t)} z \\ X w^{(t+1)} = z",
        {
            "n": "dim",
            "d": "dim",
            "X": "matrix(n,d)",
            "S^{(t)}": "matrix(n,n)",
            "z": "vector(n)",
            "w": "vector(d)",
        },
        (),
        ["definition", "held", "refuted"],
    ),
    (
        "a reason in parentheses at the end of a row; a line that it may make true is not judged",
        r"(A^T A + (A^T A)^T) w = 2 A^T A w \quad (\text{since } A^T A \text{ is symmetric}). \\"
        r"(A + A^T) w = 2 A w \quad (\text{since } A \text{ is symmetric}) \\"
        r"(A + A^T) w = 2 A w",
        {"n": "dim", "A": "matrix(n,n)", "w": "vector(n)"},
        (),
        ["proved", "unreadable", "refuted"],
    ),
    (
        "the derivative of a power of e in parentheses",
        r"(e^{-z})' = -e^{-z} = e^{-z}, \quad \left(e^{2z}\right)^\prime = 2 e^{2z} = e^{2z}",
        ONE,
        (),
        ["proved", "refuted", "proved", "refuted"],
    ),
    (
        "an entry of the next layer that is given by this one",
        r"\frac{\partial C}{\partial z_j^l}"
        r" = \sum_k \frac{\partial C}{\partial z_k^{l+1}} w_{kj}^{l+1} \tanh'(z_j^l)"
        r" = \frac{\partial C}{\partial z_j^{l+1}} = 0",
        {"m": "dim", "r": "dim", "z^l": "vector(m)", "w^{l+1}": "matrix(r,m)"}
        | {"z^{l+1}": "vector(r)", "f": "function"},
        (r"z_k^{l+1} = \sum_j w_{kj}^{l+1} \tanh(z_j^l)", r"C = \sum_k f(z_k^{l+1})"),
        ["proved", "refuted", "refuted"],
    ),
    (
        "a number for the limit of a sum",
        r"f(3) = 14 = 13 \quad f(n) = \sum_{i=1}^n i^2 = \sum_{i=1}^n i",
        {},
        (r"f(n) = \sum_{i=1}^n i^2",),
        ["unreadable", "refuted", "proved", "refuted"],
    ),
    (
        "a number at the end of what is set to nought",
        r"\frac{d}{d z} (z^2 - 2z) = 2z - 2 = 0, \quad \frac{d}{d z} 2z = 2 = 0",
        ONE,
        (),
        ["proved", "conditional", "proved", "refuted"],
    ),
    (
        "a chain that goes on below what a letter of it is",
        r"\begin{aligned} (y - z)^2 &= u^2 \text{ where } u = y - z \\ &= y^2 - 2yz + z^2 \\"
        r" &= u^2 + 1 \text{ with } u = y - z \\ &= y - z \end{aligned}",
        ONE,
        ("u = y - z",),
        ["proved", "proved", "proved", "refuted", "proved", "refuted"],
    ),
    (
        "factors with full stops between",
        r"\frac{d p}{d z} = \frac{d p}{d a}.\frac{d a}{d z} = 2.p.(1 - p) = p.(1 - p)."
        r" \quad a = 2z.",
        ONE,
        ("a = 2z", r"p = \frac{1}{1 + e^{-a}}"),
        ["proved", "proved", "refuted", "proved"],
    ),
    (
        "the derivative of an application that stands on its variable elsewhere",
        r"\frac{\partial f(\hat{a}, a)}{\partial a} = \hat{a}, \quad"
        r"\frac{\partial f(a, \hat{a})}{\partial a} = \hat{a} + 1 ="
        r"\frac{\partial f(\hat{a}, c)}{\partial c}"
        r"\\ \frac{\partial f(3, b)}{\partial a} = b + 1 = b",
        {"a": "scalar", r"\hat{a}": "scalar", "b": "scalar", "c": "scalar"},
        ("f(a, b) = a b + a",),
        ["proved", "proved", "refuted", "proved", "refuted"],
    ),
    (
        "declared numbers that are given as probabilities of events",
        r"-\sum_k y_k \log x_k = -\sum_k y_k \log P(O = k \mid C = c), \quad"
        r"\log x_i = \log P(O = i | C = c), \quad 1 + \log x_i = 1 + \log P(O = j | C = c) \\"
        r"\log a = \log P(Y = 1) = 2 \log P(Y = 1) + 3 a",
        VECTORS | {"c": "constant", "i": "index(n)", "j": "index(n)", "w": "scalar"},
        ("x_i = P(O = i \\mid C = c)", "a = P(Y = 1)", r"P(Y = 1) = \frac{1}{1 + e^{-w}}"),
        ["proved", "proved", "refuted", "proved", "refuted"],
    ),
    (
        "a bar with the names of values under it",
        r"\left. \frac{\partial J}{\partial a} \right|_{\hat{a}, \hat{c}} ="
        r"2 \sum_i (\hat{a} + \hat{c} x_i) = 2 \sum_i (a + \hat{c} x_i) \\"
        r"\left. \frac{\partial J}{\partial x} \right|_{x^*} = 2 c (a + c x^*) = 2 c (a + c x) \\"
        r"\left. \frac{\partial J}{\partial a} \right|_{x_0} = 2 \sum_i (a + c x_{0,i}), \quad"
        r"\left. \frac{\partial J}{\partial a} \right|_{y} = 2 \sum_i (a + c y_i)",
        VECTORS
        | {"c": "scalar", r"\hat{a}": "scalar", r"\hat{c}": "scalar"}
        | {"x^*": "vector(n)", "x_0": "vector(n)"},
        (r"J = \sum_i (a + c x_i)^2",),
        ["proved", "refuted", "proved", "refuted", "proved", "unreadable"],
    ),
    (
        "an index that stands twice in a chain rule without its sum",
        r"\frac{\partial f}{\partial a} = \frac{\partial f}{\partial y_i} \cdot"
        r"\frac{\partial y_i}{\partial a} = \sum_i \frac{\partial f}{\partial y_i} x_i"
        r"= \frac{\partial f}{\partial y_i} x_i \\"
        r"\frac{\partial f}{\partial a} = \frac{\partial f}{\partial y_i}"
        r"\frac{\partial y_i}{\partial b}"
        r"= \sum_i \frac{\partial f}{\partial y_i} x_i \\"
        r"x_i \frac{\partial f}{\partial a} = x_i \frac{\partial f}{\partial y_i}"
        r"\frac{\partial y_i}{\partial a}",
        {"n": "dim", "x": "vector(n)", "a": "scalar", "b": "scalar", "F": "function"},
        ("y_i = a x_i + b", "f = F(y)"),
        ["conditional", "conditional", "refuted", "refuted", "refuted", "refuted"],
    ),
    (
        "a density with its parameter's letter and a label",
        r"\frac{\partial \log p^m(x \mid p)}{\partial p} = \frac{x}{p} - \frac{1 - x}{1 - p} \\"
        r"p^m(1 \mid q) = q = 1 - q, \quad \sum_{x \in \{0, 1\}} p^m(x \mid p) = 1",
        {"p": "scalar in (0,1)", "q": "scalar in (0,1)", "x": "scalar in {0,1}"},
        (r"p^m(x \mid p) = p^x (1 - p)^{1 - x}",),
        ["proved", "proved", "refuted", "proved"],
    ),
    (
        "a target does not move with the weights, and a state may",
        r"\frac{\partial E}{\partial W_{jk}} = d_j x_k - \frac{\partial t_j}{\partial W_{jk}} "
        r"= d_j \frac{\partial t_j}{\partial W_{jk}} \\"
        r"\frac{\partial h_j}{\partial W_{jk}} = 0, \quad \frac{\partial x_k}{\partial W_{jk}} = 0",
        LAYER | {"t": "vector(m)", "h": "vector(m)"},
        ("z = W x + h", r"E = \frac{1}{2} \sum_i (z_i - t_i)^2", "d_j = z_j - t_j"),
        ["proved", "refuted", "unreadable", "unreadable"],
    ),
    (
        "a definition by an entry, with other entries of its index",
        r"\sum_i f(y_i; a) = \sum_i y_i e^{a x_i} = f(y_1; a) + f(y_2; a) + \dots + f(y_n; a) \\"
        r"\sum_i f(y_i; a) = e^{a x_1} \sum_i y_i, \quad f(y_j; a) = y_j e^{a x_j} = y_j e^{a x_i}",
        VECTORS,
        ("f(y_i; a) = y_i e^{a x_i}",),
        ["proved", "proved", "refuted", "proved", "refuted"],
    ),
    (
        "limits below each other in an array",
        r"\sum_{\begin{array}{c} i \in n \\ i \ne k \\ \end{array}} x_i = \sum_i x_i - x_k ="
        r"\left( \begin{array}{c} x_k \end{array} \right) \\"
        r"\log \left( \begin{array}{c} a^2 \\ \end{array} \right) + a = 2 \log a + a",
        VECTORS | {"a": "scalar positive"},
        (),
        ["proved", "refuted", "proved"],
    ),
    (
        "an integral up to a variable",
        r"\Phi'(x) = \phi(x) = \Phi(x) \\ \Phi(-x) = 1 - \Phi(x) = \Phi(x) \\"
        r"\frac{d}{dx} x \Phi(x) = \Phi(x) + x \phi(x) = \Phi(x) + \phi(x) \\"
        r"\Phi(x) = \frac{1}{2} (1 + \erf(x / \sqrt{2})) = \frac{1}{2} (1 + \erf(x))",
        {"x": "scalar"},
        (
            r"\phi(t) = \frac{1}{\sqrt{2 \pi}} \exp(-\frac{t^2}{2})",
            r"\Phi(x) = \int_{-\infty}^{x} \phi(t) dt",
        ),
        ["proved", "refuted", "proved", "refuted", "proved", "refuted", "proved", "refuted"],
    ),
    (
        "integrals of polynomials, exponentials and bell curves",
        r"\int_a^b (t^2 + c) \, dt = \frac{b^3 - a^3}{3} + c (b - a) = \frac{b^3 - a^3}{3} + c \\"
        r"\int_0^b e^{-c t} dt = \frac{1 - e^{-c b}}{c} = 1 - e^{-c b} \\"
        r"\int_{-\infty}^\infty e^{-\frac{(t - a)^2}{2 s^2}} \, \mathrm{d}t = \sqrt{2 \pi} s = s \\"
        r"\frac{d}{db} \int_0^a b t \, dt = \frac{a^2}{2} = a b",
        dict.fromkeys("abc", "scalar") | {"s": "scalar positive"},
        (),
        ["proved", "refuted"] * 4,
    ),
    (
        "integrals of sigmoids, and limits at infinity",
        r"\int_{-\infty}^a \sigma(t) dt = \log(1 + e^a) = \log(1 + e^{-a}) \\"
        r"\int_a^\infty \frac{dt}{1} = a, \quad \int_0^\infty e^{-2t} dt = \frac{1}{2} = 1 \\"
        r"\int_0^\infty e^{2t} dt = -\frac{1}{2}, \quad \int_0^\infty e^{-a t} dt = \frac{1}{a}",
        {"a": "scalar"},
        (r"\sigma(x) = \frac{1}{1 + e^{-x}}",),
        ["proved", "refuted", "unreadable", "proved", "refuted", "unreadable", "unreadable"],
    ),
    (
        "a bar that evaluates at hats and stars",
        r"\left. \frac{\partial S}{\partial a} \right|_{\hat{a}, \hat{b}} = 2 (\hat a - \hat b) ="
        r"2 (a - b) \\ \frac{\partial S}{\partial b}\Big|_{b^*} = 2 (b^* - a) = 2 (b - a) \\"
        r"\frac{\partial S}{\partial a}\Big|_{a = 1, b = 2} = -2 = 2 \\"
        r"\frac{\partial S}{\partial a}\Big|_{\hat{x}} = 2 (a - b)",
        dict.fromkeys(("a", "b", r"\hat{a}", r"\hat{b}", "b^*", "x"), "scalar"),
        ("S = (a - b)^2",),
        [*["proved", "refuted"] * 3, "unreadable"],
    ),
    (
        "a small transpose in a box",
        r"x^{\mbox{\tiny T}} y = \sum_i x_i y_i = x^{\text{\scriptsize{T}}} x",
        VECTORS,
        (),
        ["proved", "refuted"],
    ),
    (
        "integrals that are not read",
        r"\int t \, dt = \frac{t^2}{2}, \quad \int_{-\infty}^a e^{-t} dt = e^a \\"
        r"\int_0^1 f \, dr = \frac{1}{3} \\ \int_0^1 a \, dt = a \\ \int_1^a \frac{1}{t} dt = 1 \\"
        r"\int_{-\infty}^\infty e^{-x^T x} dx = \sqrt{\pi} \\ \int_{-\infty}^0 e^{t^2} dt = 1",
        VECTORS | {"r": "scalar"},
        ("f = r^2",),
        ["unreadable"] * 7,
    ),
    (
        "the last layer, and the one before it",
        r"\delta^L = \nabla_a C \odot (1 - (a^L)^2), \quad \delta^L = \nabla_a C \odot a^L \\"
        r"\delta^{L-1} = ((W^L)^T \delta^L) \odot (1 - (a^{L-1})^2) \\"
        r"\delta^{L-1} = (W^L \delta^L) \odot (1 - (a^{L-1})^2) \\"
        r"\frac{\partial C}{\partial W^l_{jk}} = a^{l-1}_k \delta^l_j = a^l_k \delta^l_j",
        LAYERS,
        FEEDFORWARD,
        ["held", "refuted", "held", "refuted", "held", "refuted"],
    ),
    (
        "a power of a number and an entry of the last vector",
        r"x^n y_n = x x^{n-1} y^n = x y^n",
        {"n": "dim", "m": "dim", "x": "scalar", "y": "vector(m) per (n)"},
        (),
        ["proved", "refuted"],
    ),
    (
        "a row of a matrix, transposed, as a column",
        r"\sum_i a_i y_i = X^T a = X a, \quad y_i^T w = (X w)_i = (X y_i)_i",
        TALL | {"y": "vector(d) per (n)", "a": "vector(n)", "w": "vector(d)"},
        (r"y_i = ((X)_i)^T",),
        ["proved", "refuted", "proved", "refuted"],
    ),
    (
        "what is given of one entry",
        r"\frac{df}{dx_i} = 2 x_i + y_i = 2 x_i + y_j \\ \nabla_x f = 2 x + y",
        VECTORS,
        (r"f = x_i^2 + y_i x_i",),
        ["proved", "refuted", "unreadable"],
    ),
    (
        "a divergence with parallel bars",
        r"K(x \parallel y) = \sum_i (x_i - y_i^2) = K(x \| y) = K(y \parallel x)",
        VECTORS,
        (r"K(P \parallel Q) = \sum_i (P_i - Q_i^2)",),
        ["proved", "proved", "refuted"],
    ),
    (
        "the greatest of a list, typed",
        r"a = max(0, a) - max(0, -a) = max(0, a) + max(0, -a)",
        {"a": "scalar", "m": "scalar"},
        (),
        ["proved", "refuted"],
    ),
    (
        "an index before the label of a name",
        r"\frac{\partial}{\partial z_{kM}} \sum_i x_i z_{iM} = x_k = z_{kM} \\ z_{kM} = x_k",
        VECTORS | {"z_M": "vector(n)"},
        (r"z_{iM} = 2 x_i",),
        ["proved", "refuted", "refuted"],
    ),
    (
        "a row with a delimiter too many",
        r"\begin{align} (x + y)^2 - x^2 &= 2xy + y^2 \\ &= y (2x + y)) \\ &= 2xy + y^2 \\"
        r"x + y &= y + x \\ &= 2 (x \end{align}",
        {"x": "scalar", "y": "scalar"},
        (),
        ["proved", "unreadable", "unreadable", "proved", "unreadable"],
    ),
    (
        "parentheses over two rows, and one too many elsewhere",
        r"\begin{align} x + (y \\ + x) &= 2 x + y \\ x + y &= y + x) \\"
        r"x + y &= y + 2x \end{align}",
        {"x": "scalar", "y": "scalar"},
        (),
        ["unreadable", "unreadable", "refuted"],
    ),
    (
        "marks and numbers at the end of rows",
        r"x + x &= 2 x \qquad \star \\ &= x 2 \qquad (2) \\ x &= 3 x \qquad (3)",
        {"x": "scalar"},
        (),
        ["proved", "proved", "refuted"],
    ),
    (
        "braces around a formula, and the equality of programs",
        r"{\textstyle \begin{aligned} \sum_j 1(j == i) x_j &= x_i \\ &= 2 x_i \end{aligned}} \\"
        r"{\displaystyle x_i {=} y_i {+} (x_i - y_i)}",
        VECTORS | {"i": "index(n)"},
        (),
        ["proved", "refuted", "proved"],
    ),
    (
        "the derivative of a function at a value",
        r"\frac{d^2 J(\hat{a})}{d a^2} = -\frac{n}{\hat{a}^2}, \quad \frac{d J(\hat{a})}{d a} ="
        r"\frac{n}{\hat{a}} - n = 0 \\ \frac{d J(2)}{d a} = -\frac{n}{2} = \frac{n}{2}",
        {"n": "dim", "a": "scalar positive", r"\hat{a}": "scalar positive"},
        (r"J(a) = n \log a - n a",),
        ["proved", "proved", "conditional", "proved", "refuted"],
    ),
    (
        "the gradient at a point that is called after the variable",
        r"\nabla_x J(x_0) = 2 (x_0 - y) \\ \frac{\partial J(x_0)}{\partial x_i} = 2 (x_{0,i} - y_i)"
        r"\\ \nabla_x J(x_0) = 2 (x - y), \quad \frac{\partial J(A x)}{\partial x_i} = 0",
        VECTORS | {"A": "matrix(n,n)", "x_0": "vector(n)"},
        (r"J(x) = \sum_i (x_i - y_i)^2",),
        ["proved", "proved", "refuted", "conditional"],
    ),
    (
        "applications as arguments, whose letter the definition binds",
        r"D[p(i) \| q(i)] = \sum_i x_i \log \frac{x_i}{y_i} = \sum_i x_i \log \frac{y_i}{x_i} \\"
        r"D[q(i) \| p(i)] = \sum_i y_i \log \frac{y_i}{x_i} = D[p(i) \| q(i)]",
        {"n": "dim", "x": "vector(n) simplex", "y": "vector(n) simplex", "i": "index(n)"},
        ("p(i) = x_i", "q(i) = y_i", r"D[p(i) \| q(i)] = \sum_i p(i) \log \frac{p(i)}{q(i)}"),
        ["proved", "refuted", "proved", "refuted"],
    ),
    (
        "a set with an index, and examples by an index",
        r"\sum_{x_i \in C_k} x_i = \sum_i x_i, \quad \sum_{i \in C_k} x_i = \sum_i x_i, \quad"
        r"\sum_{(x_i,y_i) \in D} x_i = \sum_i x_i = \sum_{(x_i,y_i) \in D} y_i",
        VECTORS,
        (),
        ["unreadable", "unreadable", "proved", "refuted"],
    ),
    (
        "an unregularised loss with a number",
        r"\frac{\partial C}{\partial w} = \frac{\partial C_0}{\partial w} + a \operatorname{sgn}(w)"
        r"= \frac{\partial C_0}{\partial w}",
        {"m": "dim", "w": "vector(m)", "g": "function", "a": "constant"},
        ("C_0 = g(w)", r"C = C_0 + a \sum_w |w|"),
        ["proved", "refuted"],
    ),
    (
        "what is positive is not one-hot",
        r"\sum_i y_i^2 = \sum_i y_i",
        {"n": "dim", "y": "vector(n) positive"},
        (),
        ["refuted"],
    ),
    (
        "a sum over the values of a label",
        r"\sum_y p(y|x) = 1, \quad \sum_{y \in \{0,1\}} y p(y|x) = \sigma(w^T x) \\"
        r"\sum_{y=0}^1 p(y|x) = 1, \quad \sum_{k \in \{1,2\}} x_k = x_1 + x_2 \\"
        r"\sum_{y \in \{0,1\}} p(y|x) = 2",
        VECTORS | {"w": "vector(n)", "y": "scalar in {0,1}"},
        (
            r"\sigma(z) = \frac{1}{1 + e^{-z}}",
            r"p(y|x) = \sigma(w^T x)^y (1 - \sigma(w^T x))^{1-y}",
        ),
        ["proved", "proved", "proved", "proved", "refuted"],
    ),
    (
        "a quantity that is given by recursion",
        r"v_t = (1 - b) \sum_{i=1}^t b^{t-i} g_i^2 \\ v_t = (1 - b) \sum_{i=1}^t b^{i-1} g_i^2",
        {"T": "dim", "t": "index(T)", "g": "vector(T)", "b": "scalar in (0,1)"},
        (r"v_t = b v_{t-1} + (1 - b) g_t^2", "v_0 = 0"),
        ["held", "refuted"],
    ),
    (
        "the Jacobian of a function, and a variance",
        r"J_f(x) = A, \quad J_f(x) = 2 A, \quad \operatorname{Var}(X) = E[X^2] + E[X]^2",
        VECTORS | {"A": "matrix(n,n)"},
        ("f(x) = A x",),
        ["proved", "refuted", "unreadable"],
    ),
    (
        "functions bare with a prime, whatever their argument",
        r"\sigma' = \sigma (1 - \sigma), \quad \sigma'' = \sigma' (1 - 2 \sigma) \\"
        r"\sigma' = \sigma (1 + \sigma), \quad \sigma'(a) = \sigma'",
        {"a": "scalar"},
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}",),
        ["proved", "proved", "refuted", "unreadable"],
    ),
    (
        "an identity sign says what something is",
        r"\delta_j \equiv \frac{\partial C}{\partial x_j} \\ \delta_j = 2 x_j \\ \delta_j = x_j",
        VECTORS,
        (r"C = \sum_j x_j^2",),
        ["proved", "refuted"],
    ),
    (
        "quantities that are called I, and stars",
        r"I_{ij} = x_i y_j, \quad \sum_j I_{ij} = x_i \sum_j y_j, \quad \sum_j I_{ij} = y_i \\"
        r"x_* = A y \\ A^{-1} x_* = y, \quad y^* = A^{-1} y \\ A y^* = y = 2 A y^*",
        VECTORS | {"A": "matrix(n,n)"},
        (),
        ["definition", "proved", "refuted", "definition", "held", "definition", "held", "refuted"],
    ),
    (
        "what is not in a set, and a set that may be all",
        r"\sum_{i \notin S} x_i = \sum_i x_i - \sum_{i \in S} x_i \\ \sum_{i \in S} x_i ="
        r"\sum_i x_i \\ \sum_{i \in S} x_i = 2 \sum_{i \in S} x_i",
        VECTORS,
        (),
        ["proved", "conditional", "refuted"],
    ),
    (
        "a quantity that is called e, beside Euler's number",
        r"\frac{\partial e}{\partial a} = c + d = 2 d, \quad c e^{-a} = c \exp(-a) = c e^a",
        VECTORS | {"b": "scalar"},
        ("c = a + b", "d = a - b", "e = c d"),
        ["proved", "refuted", "proved", "refuted"],
    ),
    (
        "an error that is called e",
        r"\frac{\partial \mathbf{e}}{\partial x} = -A, \quad \mathbf{e}^T \mathbf{e} ="
        r"(y - A x)^T (y - A x) = y^T y",
        VECTORS | {"A": "matrix(n,n)"},
        (r"\mathbf{e} = y - A x",),
        ["proved", "proved", "refuted"],
    ),
    (
        "an error that is called e, and used before it is given",
        r"\nabla_x L = -e = e, \quad \frac{\partial L}{\partial e} = e, \quad e^{a} = \exp(a)",
        VECTORS,
        (r"L = \frac{1}{2} \| e \|^2", "e = y - x"),
        ["proved", "refuted", "proved", "proved"],
    ),
    (
        "an error that is introduced behind its norm",
        r"L = \frac{1}{2} \| r \|^2, \quad r = y - x \\ \nabla_x L = -r = r",
        VECTORS,
        (),
        ["definition", "definition", "proved", "refuted"],
    ),
    (
        "a gradient with the transpose behind its function",
        r"\nabla r(x) \nabla r(x)^T = y y^T \\ \nabla g(x) \nabla g(x)^T = 4 x x^T = 4 x^T x",
        VECTORS,
        (r"g(x) = x^T x",),
        ["unreadable", "proved", "refuted"],
    ),
    (
        "increments are names of their own, those of what is defined are none",
        r"\Delta w_j = -a \frac{\partial E}{\partial w_j} = -a (w_j - x_j) = -a w_j \\"
        r"\Delta E = 2 w_j \Delta w_j",
        VECTORS | {"w": "vector(n)"},
        (r"E = \frac{1}{2} \sum_j (w_j - x_j)^2",),
        ["definition", "proved", "refuted", "unreadable"],
    ),
    (
        "derivatives in a notation that the text explains",
        r"D_i f = 2 x_i, \quad D_j f = x_j, \quad D_i f D_j f = 4 x_i x_j \\"
        r"J_y(c) = x^T, \quad J_x(c) = x^T",
        VECTORS,
        (
            "f = x^T x",
            r"D_k f = \frac{\partial f}{\partial x_k}",
            "c = x^T y",
            r"J_w(h) = \frac{\partial h}{\partial w}",
        ),
        ["proved", "refuted", "proved", "proved", "refuted"],
    ),
    (
        "indices above, the layer below",
        r"\frac{\partial E}{\partial y^i_n} = 2 y^i_n = y^i_n \\"
        r"y^k_n = \sum_j w^{kj}_n x^j_{n-1} = \sum_j w^{jk}_n x^j_{n-1}",
        {"a": "dim", "c": "dim", "x_{n-1}": "vector(a)", "w_n": "matrix(c,a)", "y_n": "vector(c)"},
        (r"E = \sum_i (y^i_n)^2", r"y^i_n = \sum_j w^{ij}_n x^j_{n-1}"),
        ["proved", "refuted", "proved", "refuted"],
    ),
    (
        "the letter of an example above it",
        r"\frac{\partial E}{\partial w} = -\sum_t (r^t - y^t) \mathbf{x}^t"
        r"= -\sum_t (r^t + y^t) \mathbf{x}^t",
        {"N": "dim", "d": "dim", r"\mathbf{x}": "vector(d) per (N)", "w": "vector(d)"}
        | {"r": "scalar in {0,1} per (N)"},
        (
            r"y^t = \frac{1}{1 + \exp[-w^T \mathbf{x}^t]}",
            r"E = -\sum_t \left( r^t \log y^t + (1 - r^t) \log(1 - y^t) \right)",
        ),
        ["proved", "refuted"],
    ),
    (
        "a vector with its entry before its example",
        r"\sum_d x_{id} = \sum_d x_{di}, \quad \sum_d x_{id} = \sum_d (\vec{x}_d)_i = 2 x_{i1}",
        {"D": "dim", "n": "dim", r"\vec{x}": "vector(n) per (D)"},
        (r"x_{id} = (\vec{x}_d)_i",),
        ["refuted", "proved", "refuted"],
    ),
    (
        "a derivative by the value of a function, and on what a loss depends",
        r"\frac{\partial}{\partial h(x_i)} h(x_i)^2 = 2 h(x_i) = h(x_i) \\"
        r"\frac{\partial L(a, y)}{\partial a} = 2 (a - y), \quad \frac{\partial L}{\partial a} = a",
        {"n": "dim", "x": "vector(n)", "h(x_i)": "scalar", "a": "scalar", "y": "scalar"},
        ("L(a, y) = (a - y)^2", "L = L(a, y)"),
        ["proved", "refuted", "proved", "refuted"],
    ),
    (
        "sets that belong to a unit",
        r"\sum_{k \in Downstream(j)} W_{kj} z_k = \sum_{k \in Downstream(j)} z_k W_{kj}"
        r"= \sum_k z_k W_{kj} \\ \sum_{k \in out(j)} W_{kj} = 2 \sum_{k \in out(j)} W_{kj}",
        LAYER,
        (),
        ["proved", "conditional", "refuted"],
    ),
    (
        "what a line takes derivatives by is no label",
        r"\nabla_y \log \|y\| = \frac{y}{\|y\|}, \quad \nabla_y \log \|y\| = \frac{y}{\|y\|^2}",
        VECTORS,
        (),
        ["refuted", "proved"],
    ),
    (
        "superscripts of nothing, transposes and primes on a label",
        r"x_i^{\,} y_i^{} = x_i y_i = 2 x_i, \quad A^{[1]^T} y = A^{[1]T} y, \\"
        r"g^{[1]'}(a) = 2 a = a",
        VECTORS | {"A^{[1]}": "matrix(n,n)"},
        (r"g^{[1]}(a) = a^2",),
        ["proved", "refuted", "proved", "proved", "refuted"],
    ),
    (
        "a remark with an equation beside a chain",
        r"\begin{aligned} \frac{dL}{da} &= 2 u \frac{du}{da} && \text{with } u = 3a \\ &= 18 a \\"
        r"&= 6 a \end{aligned}",
        VECTORS,
        ("L = u^2",),
        ["proved", "definition", "proved", "refuted"],
    ),
    (
        "an error that is called e, in a chain, and is no label",
        r"e = y - A x, \quad E = e^T e, \quad \nabla_x E = -2 A^T e = 2 A^T e \\"
        r"\sum_i e_i^2 = \sum_i e_i, \quad e^{-a} = \exp(-a)",
        VECTORS | {"A": "matrix(n,n)"},
        (),
        ["definition", "definition", "proved", "refuted", "refuted", "proved"],
    ),
    (
        "a gradient by the only layer on which a cost stands, without its label",
        r"\nabla_a C = a^L - y = a^L, \quad \nabla_a C \odot \sigma'(z^L) = \nabla_z C",
        {"n": "dim", "z^L": "vector(n)", "y": "vector(n)", r"\sigma": "function"},
        (r"a^L = \sigma(z^L)", r"C = \frac{1}{2} \|a^L - y\|^2"),
        ["proved", "refuted", "unreadable"],
    ),
    (
        "chains of differentials",
        r"df = (dx)^T A x + x^T A dx = x^T (A + A^T) dx = x^T A dx \\"
        r"dg = \operatorname{tr}(A^T dB) = \operatorname{tr}(dB A^T) = \operatorname{tr}(A dB)",
        VECTORS | {"A": "matrix(n,n)", "B": "matrix(n,n)"},
        ("f = x^T A x", r"g = \operatorname{tr}(A^T B)"),
        ["conditional", "conditional", "refuted", "conditional", "conditional", "refuted"],
    ),
    (
        "fractions of old, and a second derivative by two vectors",
        r"{\partial h \over \partial a} = {2 \over n} \sum_i (a - x_i) ="
        r"{1 \over n} \sum_i (a - x_i) \\ \nabla^2_{xx} f = A + A^T, \quad \nabla^2_{xx} f = 2 A,"
        r"\quad e^{a \over 2} = e^{a / 2}",
        VECTORS | {"A": "matrix(n,n)"},
        ("f = x^T A x", r"h = {1 \over n} \sum_i (a - x_i)^2"),
        ["proved", "refuted", "proved", "refuted", "proved"],
    ),
    (
        "rows of old, and a remark behind each",
        r"\eqalign{2 a &= a + a & \text{written out} \cr &= 3 a & \text{a slip}\cr"
        r"&= a + 2 a & \text{by } a \cr &= 3 a}",
        VECTORS,
        (),
        ["proved", "refuted", "proved", "proved"],
    ),
    (
        "probabilities of which only the name is known",
        r"p(x, y) = p(y|x) p(x), \quad p(x_1, \dots, x_n) = p(x_1) \cdots p(x_n)",
        VECTORS | {"p": "function"},
        (),
        ["unreadable", "unreadable"],
    ),
    (
        "a power series",
        r"a + b x + b x^2 + \dots + b x^n = a + b \sum_{j=1}^n x^j = a + b \sum_{j=1}^n x",
        {"n": "dim", "x": "scalar", "a": "scalar", "b": "scalar"},
        (),
        ["proved", "refuted"],
    ),
    (
        "entries from 0 of a vector that has one more",
        r"\frac{\partial}{\partial a_j} \sum_{i=0}^d a_i x_i = x_j, \quad a^T x ="
        r"\sum_{i=0}^d a_i x_i \\ \sum_{i=0}^d 1 x_i^0 = d + 1, \quad"
        r"\frac{\partial}{\partial a_j} \sum_{i=0}^d a_i x_i = a_j, \quad"
        r"\frac{1}{d} \sum_i x_i = \frac{1}{d+1} \sum_i x_i",
        {"d": "dim", "a": "vector(d+1)", "x": "vector(d+1)"},
        (),
        ["proved", "proved", "held", "refuted", "refuted"],
    ),
    (
        "a sum over inputs",
        r"\frac{\partial C}{\partial w} = \frac{1}{n} \sum_x (\sigma(w x + b) - y) \sigma'(w x + b)"
        r" x \\ \frac{\partial C}{\partial w} = \frac{1}{n} \sum_x (\sigma(w x + b) - y) \\"
        r"\sum_x b x = b \sum_x x, \quad \sum_x x y = y \sum_x x, \quad \sum_x p(x) = 1",
        dict.fromkeys("xywb", "scalar") | {"n": "constant positive", "p": "function"},
        (
            r"C = \frac{1}{2n} \sum_x (y - \sigma(w x + b))^2",
            r"\sigma(z) = \frac{1}{1 + e^{-z}}",
        ),
        ["proved", "refuted", "proved", "refuted", "unreadable"],
    ),
    (
        "a sum over inputs that are declared as examples",
        r"\frac{\partial C}{\partial w_j} = \frac{2}{n} \sum_x x_j (z - y) \\"
        r"\frac{\partial C}{\partial w_j} = \frac{1}{n} \sum_x x_j (z - y)",
        {"n": "dim", "d": "dim", "x": "vector(d) per (n)", "y": "scalar per (n)", "w": "vector(d)"},
        (r"z = \sum_j w_j x_j", r"C = \frac{1}{n} \sum_x (y - z)^2"),
        ["proved", "refuted"],
    ),
    (
        "outputs as functions of the input that a sum names",
        r"C = \frac{1}{2n} \sum_x \|y(x) - a^L(x)\|^2 \\"
        r"\frac{\partial C}{\partial b_j} = \frac{1}{n} \sum_x (a^L_j(x) - y_j(x)) \\"
        r"\frac{\partial C}{\partial b_j} = \frac{1}{n} \sum_x (y_j(x) - a^L_j(x))",
        dict.fromkeys("xyb", "vector(d)") | {"n": "constant positive", "d": "dim"},
        ("a^L = x + b",),
        ["definition", "proved", "refuted"],
    ),
    (
        "a sum over a set of examples",
        r"\sum_{(x,y) \in D} 2 x y = 2 \sum_{(x,y) \in D} x y = 3 \sum_{(x,y) \in D} x y",
        {"x": "scalar", "y": "scalar"},
        (),
        ["proved", "refuted"],
    ),
    (
        "a sum over a part of the indices",
        r"\frac{1}{|S|} \sum_{i \in S} (x_i + a) = a + \frac{1}{|S|} \sum_{i \in S} x_i \\"
        r"\frac{\partial}{\partial a} \sum_{i \in S} (x_i - a)^2 = -2 \sum_{i \in S} (x_i - a) \\"
        r"\sum_{i \in S} x_i = \sum_i x_i",
        VECTORS,
        (),
        ["proved", "proved", "conditional"],
    ),
    (
        "a sum over weights",
        r"C = a + \frac{b}{2} \sum_w w^2 \\ \frac{\partial C}{\partial w_j} = b w_j \\"
        r"\frac{\partial C}{\partial w_j} = \frac{b}{2} w_j",
        {"m": "dim", "w": "vector(m)", "a": "scalar", "b": "scalar"},
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "a power where an array is wanted",
        r"\frac{\partial h}{\partial z} = \mathrm{diag}(1 - h^2) = \operatorname{diag}(1 - h) \\"
        r"y \odot (1 - h^2) = y - y \odot h^2 \odot h^0 = y - 2 h^2 \odot y",
        LAYER | {"y": "vector(m)"},
        (r"h = \tanh(z)",),
        ["proved", "refuted", "proved", "refuted"],
    ),
    (
        "labels above names",
        r"a^{new} = a - 1, \quad a^{new} + 1 = a, \quad a^{new} = a \\"
        r"y_k^{LS} = y_k (1 - a) + a / n \\ \sum_k y_k^{LS} = 1 \\ \sum_k y_k^{LS} = 2",
        {"n": "dim", "a": "scalar", "y": "vector(n) one-hot"},
        (),
        ["definition", "proved", "refuted", "definition", "proved", "refuted"],
    ),
    (
        "an index as an argument",
        r"\frac{\partial}{\partial v} \log P(o|c) = u_o - \sum_{x \in V} P(x|c) u_x \\"
        r"\frac{\partial}{\partial v} \log P(o|c) = u_o - \sum_{x \in V} P(o|c) u_x",
        {"V": "dim", "d": "dim", "u": "vector(d) per (V)", "v": "vector(d)", "o": "index(V)"},
        (r"P(o|c) = \frac{\exp(u_o^T v)}{\sum_{w \in V} \exp(u_w^T v)}",),
        ["proved", "refuted"],
    ),
    (
        "a derivative with its variable in parentheses, and a given line that waits",
        r"c_t = f_t \odot y \\ \frac{dL_1}{da}(a) = 2 a \\ \frac{\partial L}{\partial f_t} ="
        r"\frac{\partial L}{\partial c_t} \odot y \\ \frac{dL_1}{da}(a) = 2 a^2",
        VECTORS | {"f_t": "vector(n)", "g": "function"},
        ("L = g(c_t)", "L_1(a) = a^2"),
        ["definition", "proved", "proved", "refuted"],
    ),
    (
        "a bound letter with a prime, and one more name of a dimension",
        r"P(y) = \frac{e^{y z}}{\sum_{y'=0}^{1} e^{y' z}} \\ P(y) = \frac{e^{y z}}{1 + e^z}"
        r"= \frac{e^{y z}}{1 - e^z}",
        {"y": "scalar in {0,1}", "z": "scalar"},
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "columns and rows of a matrix",
        r"W x = \sum_j x_j W_{:,j} = \sum_j W_{\cdot j} x_j, \quad (W x)_i = W_{i,:} x = W_{i*} x"
        r"= W_{i \cdot} x = 2 W_{i,:} x",
        LAYER,
        (),
        ["proved", "proved", "proved", "proved", "proved", "refuted"],
    ),
    (
        "deltas and indicators in other spellings",
        r"\sum_j \delta(i,j) x_j = \sum_j 1_{i=j} x_j = \sum_j I_{ij} x_j = \mathbf{e}_i^T x"
        r"= 2 \mathbf{e}_i^T x",
        VECTORS,
        (),
        ["proved", "proved", "proved", "refuted"],
    ),
    ("a number with a subscript", r"2_i x_i = 2 x_i", VECTORS, (), ["unreadable"]),
    (
        "the variance as a variable",
        r"\frac{\partial L}{\partial \sigma^2} = -\frac{1}{2 \sigma^2} + \frac{a^2}{2 \sigma^4} \\"
        r"\frac{\partial}{\partial \sigma^2} \log \sigma = \frac{1}{2 \sigma^2} \\"
        r"\frac{\partial}{\partial \sigma^2} \log \sigma = \frac{1}{\sigma}",
        {"a": "scalar", r"\sigma": "scalar positive"},
        (r"L = -\frac{1}{2} \log(2 \pi \sigma^2) - \frac{a^2}{2 \sigma^2}",),
        ["proved", "proved", "refuted"],
    ),
    (
        "the positive part",
        r"(a)_+ = \max(0, a) = [a]_+ = -(-a)_+",
        {"a": "scalar"},
        (),
        ["proved", "proved", "refuted"],
    ),
    (
        "limits in a stack, and thousands",
        r"\sum_{\substack{j=1 \\ j \neq i}}^n x_j = \sum_j x_j - x_i,"
        r"\quad 1{,}000 a = 10^3 a = 10^4 a",
        VECTORS,
        (),
        ["proved", "proved", "refuted"],
    ),
    (
        "functions of angles and their inverses",
        r"\frac{d}{da} \tanh a = \operatorname{sech}^2 a = 1 - \tanh^2 a \\"
        r"\frac{d}{da} \tan^{-1}(a) = \frac{1}{1 + a^2} \\ \frac{d}{da} \tan a = \sec a",
        {"a": "scalar"},
        (),
        ["proved", "proved", "proved", "refuted"],
    ),
    (
        "the error function",
        r"\frac{d}{da} \operatorname{erf}(a) = \frac{2}{\sqrt{\pi}} e^{-a^2} \\"
        r"\operatorname{erf}(-a) = -\operatorname{erf}(a) = \operatorname{erf}(a)",
        {"a": "scalar"},
        (),
        ["proved", "proved", "refuted"],
    ),
    (
        "logarithms of other bases",
        r"\log_2 a = \frac{\ln a}{\ln 2}, \quad \log_{10}(100) = 2 = \log_{10}(10)",
        {"a": "scalar positive"},
        (),
        ["proved", "proved", "refuted"],
    ),
    (
        "norms of vectors",
        r"\|x\|_p^p = \sum_i |x_i|^p, \quad \|x\|_3 = \left(\sum_i |x_i|^3\right)^{1/3},"
        r"\quad \|x - y\|_{A^{-1}}^2 = (x-y)^T A^{-1} (x-y) \\"
        r"\|x\|_\infty = \max_i |x_i| = \max(x), \quad \|x\|_p = \sum_i |x_i|^p",
        VECTORS | {"p": "scalar positive", "A": "matrix(n,n)"},
        (),
        ["proved", "proved", "proved", "held", "refuted", "refuted"],
    ),
    (
        "the largest entry of a vector, its sum and its mean",
        r"\log \sum_i e^{x_i} = \max(x) + \log \sum_i e^{x_i - \max(x)} \\"
        r"\operatorname{sum}(x \odot y) = x^T y \\"
        r"\operatorname{mean}(x) = \frac{1}{n} \sum_i x_i = \sum_i x_i",
        VECTORS,
        (),
        ["held", "proved", "proved", "refuted"],
    ),
    (
        "determinants",
        r"\frac{\partial \log|A|}{\partial A} = A^{-T} \\ \frac{\partial \ln|\det A|}{\partial A}"
        r"= (A^{-1})^T \\ \det(A^T) = |A| \\"
        r"\begin{vmatrix} a & b \\ b & a \end{vmatrix} = a^2 - b^2 = a^2 + b^2 \\"
        r"\frac{\partial}{\partial A} \log\det A = A^{-1} \\ |W| = 1",
        MATRICES | {"a": "scalar", "b": "scalar"},
        (),
        ["proved", "proved", "proved", "held", "refuted", "refuted", "unreadable"],
    ),
    (
        "errors of two layers that only their indices tell apart",
        r"\delta_k = y_k - t_k \\ \delta_j = (1 - z_j^2) \sum_k w_{kj} \delta_k \\"
        r"\frac{\partial E}{\partial w_{kj}} = \delta_k z_j = \delta_j z_j",
        {"M": "dim", "K": "dim", "w": "matrix(K,M)", "a": "vector(M)", "t": "vector(K)"}
        | {"j": "index(M)", "k": "index(K)"},
        (
            r"z_j = \tanh(a_j)",
            r"y_k = \sum_j w_{kj} z_j",
            r"E = \frac{1}{2} \sum_k (y_k - t_k)^2",
            r"\delta_k = \frac{\partial E}{\partial y_k}",
            r"\delta_j = \frac{\partial E}{\partial a_j}",
        ),
        ["proved", "proved", "proved", "refuted"],
    ),
    (
        "the probability of an event",
        r"p(y=1 \mid x) = \sigma(w^T x) \\ p(y=0 \mid x) = \sigma(-w^T x) \\"
        r"\frac{\partial}{\partial w} p(y=1|x) = p(y=1|x) p(y=0|x) x \\ p(y=0|x) = \sigma(w^T x)",
        VECTORS | {"w": "vector(n)", "y": "scalar in {0,1}"},
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}",),
        ["definition", "proved", "proved", "refuted"],
    ),
    (
        "a loss that has a word for its name, and one of another name",
        r"\frac{\partial \text{loss}}{\partial W} = \frac{\partial \text{loss}}{\partial z} x^T"
        r"= x \frac{\partial \text{loss}}{\partial z}^T \\"
        r"\frac{\partial Q}{\partial W} = \frac{\partial Q}{\partial z} x^T",
        LAYER | {"g": "function", "f": "function", "h": "function"},
        ("z = W x", "a = f(z)", r"\text{loss} = g(a)", "Q = h(a)"),
        ["proved", "refuted", "unreadable"],
    ),
    (
        "the probability of a class",
        r"P(Y=k \mid X=x) = \frac{e^{w_k^T x}}{\sum_j e^{w_j^T x}} \\ \sum_k P(Y=k|X=x) = 1 \\"
        r"\log P(Y=1|X=x) = w_1^T x - \log \sum_j e^{w_j^T x} \\ P(Y=2|X=x) = P(Y=1|X=x)",
        {"n": "dim", "k": "index(K)", "w": "vector(n) per (K)", "x": "vector(n)", "K": "dim"},
        (),
        ["definition", "proved", "proved", "refuted"],
    ),
    (
        "a function of a label at one of its values",
        r"p(y|x) = \sigma(w^T x)^y (1 - \sigma(w^T x))^{1-y} \\ p(y=1|x) = \sigma(w^T x) \\"
        r"p(y=0|x) = \sigma(w^T x)",
        VECTORS | {"w": "vector(n)", "y": "scalar in {0,1}"},
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}",),
        ["definition", "proved", "refuted"],
    ),
    (
        "calls that are declared as quantities",
        r"\frac{p(x|C_1) p(C_1)}{p(x|C_1) p(C_1) + p(x|C_2) p(C_2)} = \frac{1}{1 + e^{-a}}"
        r"= \frac{1}{1 + e^a}",
        {f"p({what})": "scalar positive" for what in ("x|C_1", "x|C_2", "C_1", "C_2")},
        (r"a = \ln \frac{p(x|C_1) p(C_1)}{p(x|C_2) p(C_2)}",),
        ["proved", "refuted"],
    ),
    (
        "features of examples, declared with their argument",
        r"\nabla_w E(w) = -\sum_{n=1}^N (t_n - w^T \phi(x_n)) \phi(x_n) \\"
        r"\nabla_w E(w) = \sum_{n=1}^N (t_n - w^T \phi(x_n)) \phi(x_n)",
        {
            "N": "dim",
            "M": "dim",
            "D": "dim",
            "x": "vector(D) per (N)",
            r"\phi(x_n)": "vector(M) per (N)",
            "w": "vector(M)",
            "t": "vector(N)",
        },
        (r"E(w) = \frac{1}{2} \sum_{n=1}^N (t_n - w^T \phi(x_n))^2",),
        ["proved", "refuted"],
    ),
    (
        "a logarithm says what it is of",
        r"\log p(a) = -\frac{1}{2} a^2 \\ \frac{d}{da} \log p(a) = -a \\ p(a) = e^{-a^2}",
        {"a": "scalar"},
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "a logarithm before a fraction and an exponential",
        r"\log \frac{1}{a} \exp(b) = b - \log a = \log \frac{1}{a} e^b = b \log \frac{1}{a}",
        {"a": "scalar positive", "b": "scalar"},
        (),
        ["proved", "proved", "refuted"],
    ),
    (
        "a statement behind the range of the one before it",
        r"u_i = 2 x_i, \quad i = 1, \ldots, n, \quad u^T x = 2 x^T x, \quad u^T u = x^T x",
        VECTORS,
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "ones of which nothing says how many they are",
        r"\mathbf{1}^T \mathbf{1} = n, \quad \mathbf{1}_n^T \mathbf{1}_n = n, \quad "
        r"x + a \mathbf{1} = a \mathbf{1} + x, \quad \mathbf{1}^T (x + \mathbf{1}) = 2 n",
        VECTORS,
        (),
        ["unreadable", "proved", "proved", "refuted"],
    ),
    (
        "a transpose that says how a Jacobian lies",
        r"\frac{\partial z}{\partial x^T} = W, \quad \frac{\partial z^T}{\partial x} = W^T, \quad"
        r"\frac{\partial z}{\partial x^T} = W^T, \quad \frac{\partial z^T}{\partial x} = W",
        LAYER | {"z": "vector(m)"},
        ("z = W x",),
        ["proved", "proved", "refuted", "refuted"],
    ),
    (
        "an array of primed quantities has a primed name",
        r"z' = B' x = 2 B x = 2 z = z",
        LAYER | {"B": "matrix(m,n)"},
        ("B' = 2 B", "z = B x"),
        ["definition", "proved", "proved", "refuted"],
    ),
    (
        "primes in names that are declared, errors that are called e, the end of cases",
        r"\frac{\partial u_j}{\partial w'_{ij}} = h_i \\ y_j - u_j = e_j \\ 2 e_j = 2 y_j - u_j \\"
        r"\frac{\partial h_i}{\partial h_j} ="
        r"\begin{cases} 1 & \text{if } i = j \\ 0 & \text{if otherwise} \end{cases}",
        {"V": "dim", "N": "dim", "h": "vector(N)", "w'": "matrix(N,V)", "y": "vector(V)"},
        (r"u_j = \sum_i w'_{ij} h_i",),
        ["proved", "definition", "refuted", "proved"],
    ),
    (
        "π as a number beside weights π_k",
        r"\log \frac{\pi_k}{2 \pi} = \log \pi_k - \log 2 - \log(2 \pi) + \log 2 ="
        r"\log \pi_k - 2 \pi",
        {"K": "dim", r"\pi": "vector(K) simplex"},
        (),
        ["proved", "refuted"],
    ),
    (
        "a loss of arrays that only parentheses name, and an error before a transpose",
        r"\nabla_W J(W, b) = \delta a^T \\ \nabla_{W} J(W, b) = \delta (a^{(1)})^T \\"
        r"\nabla_b J(W, b) = 2 \delta",
        {"n": "dim", "m": "dim", "W": "matrix(m,n)", "b": "vector(m)"}
        | {"a^{(1)}": "vector(n)", "a": "vector(n)", "g": "function"},
        ("a = a^{(1)}", "z = W a^{(1)} + b", "J(W, b) = g(z)", r"\delta = \nabla_z J(W, b)"),
        ["proved", "proved", "refuted"],
    ),
    (
        "a formula in parentheses as a power, and a layer",
        r"\frac{d}{dx} (1 + x)^{(a/2)} = \frac{a}{2} (1 + x)^{(a/2 - 1)} = a (1 + x)^{(a/2 - 1)}",
        {"x": "scalar positive", "a": "constant in (0,1)"},
        (),
        ["proved", "refuted"],
    ),
    (
        "entries of a defined function, and ∇ twice",
        r"\frac{\partial}{\partial x_i} \|h(x)\|^2 = 2 x_i, \quad \nabla\nabla f(x) = A + A^T,"
        r"\quad \nabla\nabla f(x) = A",
        VECTORS | {"A": "matrix(n,n)"},
        ("(h(x))_i = x_i", "f(x) = x^T A x"),
        ["proved", "proved", "refuted"],
    ),
    (
        "a divergence of one entry",
        r"\frac{\partial}{\partial p_j} \mathrm{KL}(a || p_j) = -\frac{a}{p_j} + \frac{1-a}{1-p_j}"
        r"= \frac{1-a}{1-p_j}",
        {"n": "dim", "a": "constant in (0,1)", "p": "vector(n) in (0,1)"},
        (r"\mathrm{KL}(a || p_j) = a \log \frac{a}{p_j} + (1-a) \log \frac{1-a}{1-p_j}",),
        ["proved", "refuted"],
    ),
    (
        "steps in parentheses",
        r"w(t+1) = w(t) - a g(t) \\ u(t) = g(t+1) - g(t) = -(g(t) - g(t+1)) = g(t) - g(t+1)",
        {"T": "dim", "t": "index(T)", "w": "vector(T)", "g": "vector(T)", "a": "scalar"},
        (),
        ["unreadable", "definition", "proved", "refuted"],
    ),
    (
        "differentials of a norm and of a determinant between bars",
        r"d \|w\|^2 = 2 w^T dw, \quad d |X| = |X| \, \mathrm{tr}(X^{-1} dX) \\"
        r"d \|w\|^2 = w^T dw, \quad d |X| = \mathrm{tr}(X^{-1} dX)",
        {"n": "dim", "w": "vector(n)", "dw": "vector(n)"}
        | dict.fromkeys(("X", "dX"), "matrix(n,n)"),
        (),
        ["proved", "proved", "refuted", "refuted"],
    ),
    (
        "an ellipsis in a sum",
        r"w_1 x_1 + w_2 x_2 + \cdots + w_n x_n = w^T x, \quad x_1 + ... + x_n = 2 \sum_i x_i",
        VECTORS | {"w": "vector(n)"},
        (),
        ["proved", "refuted"],
    ),
    (
        "an ellipsis in a defined sum",
        r"s = a + x_1^2 + \dots + x_n^2 \\ \frac{\partial s}{\partial x_i} = 2 x_i"
        r"\\ \frac{\partial s}{\partial x_i} = x_i",
        VECTORS,
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "an ellipsis in a product",
        r"e^{x_1} e^{x_2} \cdots e^{x_n} = e^{\sum_i x_i}, \quad "
        r"x_1 \cdot x_2 \cdot \ldots \cdot x_n = \sum_i x_i",
        VECTORS,
        (),
        ["proved", "refuted"],
    ),
    (
        "an ellipsis between powers and on a diagonal",
        r"1 + a + a^2 + \dots + a^n = \frac{1 - a^{n+1}}{1 - a} \\"
        r"A_{11} + A_{22} + \cdots + A_{nn} = \operatorname{tr} A \\"
        r"1 + a + a^2 + \dots + a^n = \frac{1 - a^n}{1 - a}",
        VECTORS | {"A": "matrix(n,n)"},
        (),
        ["held", "proved", "refuted"],
    ),
    (
        "an ellipsis that may go in steps of two, or down",
        r"x_1 + x_3 + \dots + x_n = \sum_i x_i, \quad x_n + x_{n-1} + \dots + x_1 = \sum_i x_i",
        VECTORS,
        (),
        ["unreadable", "unreadable"],
    ),
    (
        "formulas below each other that only the source parts",
        "g'(a) = g(a)(1 - g(a))\nh(a) = g(a) + 1\nh'(a) = g'(a)\nh'(a) = 2 g'(a)",
        {"a": "scalar"},
        (r"g(a) = \frac{1}{1 + e^{-a}}",),
        ["proved", "definition", "proved", "refuted"],
    ),
    (
        "a formula that goes on in the next line of the source",
        "a x^T y = a y^T\nx = \\sum_i a\nx_i y_i = 2 a x^T y",
        VECTORS,
        (),
        ["proved", "proved", "refuted"],
    ),
    (
        "a number of each example without its index",
        r"g'(b) = g(b)(1 - g(b)), \quad g'(b_n) = g(b_n)(1 - g(b_n)) = g(b_n)",
        {"N": "dim", "b": "scalar per (N)"},
        (r"g(z) = \frac{1}{1 + e^{-z}}",),
        ["unreadable", "proved", "refuted"],
    ),
    (
        "an ellipsis in a product of matrices",
        r"A_1 A_2 \cdots A_n = \prod_i A_i",
        VECTORS | {"A": "matrix(n,n)"},
        (),
        ["unreadable"],
    ),
    (
        "an ellipsis in a maximum",
        r"\max(x_1, \dots, x_n) = \max_i x_i, \quad \max\{x_1, \dots, x_n\} = \min_i x_i",
        VECTORS,
        (),
        ["held", "refuted"],
    ),
    (
        "columns of the transpose",
        r"X^T = (x_1, ..., x_n), \quad X^T X = \sum_i x_i x_i^T, \quad X^T X = \sum_i x_i^T x_i",
        ROWS | {"X": "matrix(n,d)"},
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "the differential of a logarithm",
        r"d\log s = \frac{da}{a} + \frac{dz}{z}, \quad d\log s = \frac{da}{a} - \frac{dz}{z}",
        {"a": "scalar positive", "z": "scalar positive"},
        ("s = a z",),
        ["proved", "refuted"],
    ),
    (
        "gradients named like differentials",
        r"dx = a\, dz, \quad dx = dz / a",
        VECTORS,
        ("z_i = a x_i",),
        ["proved", "unreadable"],
    ),
    (
        "∂ as a differential",
        r"\partial(A B) = (\partial A) B + A (\partial B)",
        SQUARES,
        (),
        ["proved"],
    ),
    (
        "with a factor on the wrong side",
        r"\partial(A B) = B (\partial A) + A (\partial B)",
        SQUARES,
        (),
        ["refuted"],
    ),
    (
        "rows of a matrix",
        r"X = \begin{pmatrix} x_1^T \\ \vdots \\ x_n^T \end{pmatrix}, \quad "
        r"X^T X = \sum_i x_i x_i^T, \quad X^T X = \sum_i x_i^T x_i",
        ROWS,
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "rows with dashes",
        r"X = \begin{bmatrix} - x_1^T - \\ - x_2^T - \\ \vdots \\ - x_n^T - \end{bmatrix}, \quad "
        r"X^T X = \sum_i x_i x_i^T, \quad X^T X = -\sum_i x_i x_i^T",
        ROWS,
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "columns of a matrix",
        r"X = (x_1, ..., x_n), \quad X X^T = \sum_i x_i x_i^T, \quad X X^T = \sum_i x_i^T x_i",
        ROWS,
        (),
        ["definition", "proved", "refuted"],
    ),
    (
        "primed letters in parentheses, and functions that link",
        r"\frac{\partial \log p(y)}{\partial s(y')} = \delta_{yy'} - p(y') = \delta_{yy'} - p(y) \\"
        r"g^{-1}(a) = \frac{e^a}{1 + e^a}, \quad h^{-1}(a) = \exp(-\exp(a))",
        {"K": "dim", "s": "vector(K)", "y": "index(K)", "a": "scalar"},
        (
            r"p(y) = \frac{e^{s(y)}}{\sum_{y'} e^{s(y')}}",
            r"g(m) = \log \frac{m}{1 - m}",
            r"h(m) = \log(-\log(1 - m))",
        ),
        ["proved", "refuted", "held", "refuted"],
    ),
    (
        "the square of a declared change",
        r"(x + \Delta x)^2 = x^2 + 2 x \Delta x + \Delta x^2, \quad"
        r"(x + \Delta x)^2 = x^2 + \Delta x^2",
        {"x": "scalar", r"\Delta x": "scalar"},
        (),
        ["proved", "refuted"],
    ),
    (
        "the transpose of columns",
        r"X = [x_1, \dots, x_n]^T, \quad X_{ij} = (x_i)_j",
        ROWS,
        (),
        ["definition", "proved"],
    ),
    (
        "two rows",
        r"A = \begin{pmatrix} x^T \\ y^T \end{pmatrix}, \quad A^T A = x x^T + y y^T, \quad "
        r"A^T A = x y^T + y x^T",
        VECTORS,
        (),
        ["definition", "proved", "refuted"],
    ),
    ("blocks", r"z = \begin{pmatrix} x \\ y \end{pmatrix}", VECTORS, (), ["unreadable"]),
    ("typed dots", r"x = (x_1, ..., x_n)^T", VECTORS, (), ["proved"]),
    ("a Frobenius product", r"A:B = \mathrm{tr}(A^T B)", SQUARES, (), ["proved"]),
    ("another one", r"A : B = \mathrm{tr}(A B)", SQUARES, (), ["refuted"]),
    (
        "of products",
        r"A : B C = B^T A : C, \quad A : B C = B A : C",
        CUBES,
        (),
        ["proved", "refuted"],
    ),
    ("a ratio", r"a : b = c", {"a": "scalar"}, (), ["unreadable"]),
    ("a heading", r"w: A + B = B + A", SQUARES | {"w": "vector(n)"}, (), ["proved"]),
    ("a huge bound", r"\prod_{i=1}^{10^9} i = 1", {}, (), ["unreadable"]),
    (
        "a bound that is a power",
        r"\sum_{i=1}^{2^3} i = 36, \quad \sum_{i=1}^{2^3} i = 35",
        {},
        (),
        ["held", "refuted"],
    ),
    (
        "declared letters side by side",
        r"AB = B A, \quad AB = A B",
        SQUARES,
        (),
        ["refuted", "proved"],
    ),
    (
        "a name with a star",
        r"x^* = \max_i x_i, \quad \log \sum_i e^{x_i} = x^* + \log \sum_i e^{x_i - x^*}",
        VECTORS,
        (),
        ["definition", "proved"],
    ),
    (
        "a name with a star, used wrongly",
        r"x^* = \max_i x_i, \quad \log \sum_i e^{x_i} = x^* - \log \sum_i e^{x_i - x^*}",
        VECTORS,
        (),
        ["definition", "refuted"],
    ),
    ("a name with a word", r"x_{\max} = \max_i x_i", VECTORS, (), ["definition"]),
    (
        "a square after its use",
        r"z_i = \frac{x_i - \mu}{\sqrt{\sigma_B^2 + 1}}, \quad"
        r"\sigma_B^2 = \frac{1}{n} \sum_i (x_i - \mu)^2, \quad"
        r"\sigma_B^2 = \frac{1}{n} \sum_i x_i^2 - \mu^2, \quad"
        r"\sigma_B^2 = \frac{1}{n} \sum_i x_i^2 + \mu^2",
        VECTORS,
        MEAN,
        ["definition", "definition", "proved", "refuted"],
    ),
    (
        "a chain of derivatives ends where its own variable is differentiated",
        r"\frac{\partial}{\partial w} \sigma(u) = \frac{\partial}{\partial u} \sigma(u)"
        r" \frac{\partial u}{\partial w} = \sigma(u) (1 - \sigma(u)) x"
        r"= \frac{\partial}{\partial u} \sigma(u) \frac{\partial u}{\partial x} \\"
        r"\frac{d}{du} u^2 \frac{d u}{d w} = 2 u x, \quad \frac{d}{du} u^2 \frac{d u}{d w} = x",
        {"x": "scalar", "w": "scalar"},
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}", "u = w x"),
        ["proved", "proved", "refuted", "proved", "refuted"],
    ),
    (
        "the chain rule with a vector and the layout by a transpose",
        r"\frac{\partial}{\partial w} r^T A r = \frac{\partial}{\partial r} r^T A r"
        r"\frac{\partial r}{\partial w^T} = -(A + A^T) r = -2 A r",
        SQUARES | {"w": "vector(n)", "y": "vector(n)"},
        ("r = y - w",),
        ["proved", "proved", "refuted"],
    ),
    (
        "indices in parentheses behind a declared vector",
        r"\frac{\partial \pi(b)}{\partial h(a)} = \pi(b) (\delta_{ab} - \pi(a))"
        r"= \pi(b) (\delta_{ab} - \pi(b)) \\"
        r"\sum_b q(b) \frac{\partial \pi(b)}{\partial h(a)} = \pi(a) (q(a) - \sum_b \pi(b) q(b)) \\"
        r"\pi(a) - \pi(b) = \frac{e^{h(a)} - e^{h(b)}}{\sum_c e^{h(c)}}, \quad"
        r"\pi(a) - \pi(b) = 0",
        {"k": "dim", "h": "vector(k)", "q": "vector(k)", "a": "index(k)", "b": "index(k)"},
        (r"\pi(a) = \frac{e^{h(a)}}{\sum_c e^{h(c)}}",),
        ["proved", "refuted", "proved", "proved", "refuted"],
    ),
    (
        "a primed vector by its entries, and a function of vectors",
        r"H(q', p) = (1 - e) H(q, p) + e H(u, p) = -\sum_{i=1}^n q'(i) \log p(i) \\"
        r"H(q', p) = H(q, p), \quad H(p, q) = -\sum_i p(i) \log q(i), \quad H(p, q) = H(q, p)",
        {"n": "dim", "i": "index(n)", "e": "scalar in (0,1)"}
        | dict.fromkeys(("p", "q", "u"), "vector(n) simplex"),
        ("q'(i) = (1 - e) q(i) + e u(i)", r"H(q, p) = -\sum_{i=1}^n q(i) \log p(i)"),
        ["proved", "proved", "refuted", "proved", "refuted"],
    ),
    (
        "primed letters that run under a sum and stand as arguments",
        r"\frac{\partial}{\partial w_j} \log p(y | w) = \phi_{jy} - \sum_{y'} p(y' | w) \phi_{jy'}"
        r"= \phi_{jy} - \sum_{y'} p(y | w) \phi_{jy'}",
        {"J": "dim", "K": "dim", "w": "vector(J)", "\\phi": "matrix(J,K)", "y": "index(K)"},
        (
            r"g(y) = \exp \sum_j w_j \phi_{jy}",
            r"p(y | w) = \frac{g(y)}{\sum_{y'} g(y')}",
        ),
        ["proved", "refuted"],
    ),
    (
        "indices side by side in an order of their own",
        r"\frac{\partial}{\partial b_m} \sum_i \sum_m b_m z_{mi} = \sum_i z_{mi}, \quad"
        r"\frac{\partial R_i}{\partial b_m} = z_{mi}, \quad"
        r"\frac{\partial R_i}{\partial b_m} = (z_i)_m, \quad"
        r"\frac{\partial R_i}{\partial b_m} = (z_m)_i",
        {"N": "dim", "M": "dim", "b": "vector(M)", "z": "vector(M) per (N)"},
        ("z_{mi} = (z_i)_m", "R_i = b^T z_i"),
        ["proved", "proved", "proved", "refuted"],
    ),
    (
        "a name with a mark of change is one quantity, and a differential where it can be",
        r"dl = 2 (X w - y)^T X dw = 2 (X dw)^T (X w - y) = (X dw)^T (X w - y) \\"
        r"dl = (X w - y)^T X dw, \quad \frac{dl}{dw} = 2 X^T (X w - y)",
        TALL | {"w": "vector(d)", "dw": "vector(d)", "y": "vector(n)"},
        (r"l = \|X w - y\|^2",),
        ["conditional", "proved", "refuted", "refuted", "proved"],
    ),
    (
        "compound names, in bold and with a step above",
        r"\boldsymbol{\delta} \mathbf{u}^t = \boldsymbol{\delta} \mathbf{h}^t \odot"
        r"(1 - \mathbf{h}^t \odot \mathbf{h}^t) = \boldsymbol{\delta} \mathbf{h}^t \odot"
        r"(1 - \mathbf{h}^t)",
        {"n": "dim", "L": "function"}
        | dict.fromkeys(
            (
                r"\mathbf{u}^t",
                r"\mathbf{h}^t",
                r"\boldsymbol{\delta} \mathbf{u}^t",
                r"\boldsymbol{\delta} \mathbf{h}^t",
            ),
            "vector(n)",
        ),
        (
            r"\mathbf{h}^t = \tanh(\mathbf{u}^t)",
            r"E = L(\mathbf{h}^t)",
            r"\boldsymbol{\delta} \mathbf{h}^t = \frac{\partial E}{\partial \mathbf{h}^t}",
            r"\boldsymbol{\delta} \mathbf{u}^t = \frac{\partial E}{\partial \mathbf{u}^t}",
        ),
        ["proved", "refuted"],
    ),
    (
        "the differential of an inverse and of a trace",
        r"\mathrm{d} X^{-1} = -X^{-1} (\mathrm{d} X) X^{-1} = X^{-1} (\mathrm{d} X) X^{-1} \\"
        r"\mathrm{d} \, \mathrm{tr} \, X^T A X = \mathrm{tr} \, X^T (A + A^T) \mathrm{d} X \\"
        r"\mathrm{d} \, \mathrm{tr} \, X^T A X = 2 \, \mathrm{tr} \, X^T A \mathrm{d} X",
        SQUARES | {"X": "matrix(n,n)", r"\mathrm{d} X": "matrix(n,n)"},
        (),
        ["proved", "refuted", "conditional", "refuted"],
    ),
    (
        "an estimate that depends on what it did not, and a loss that does not",
        r"\hat w(\lambda) = (S + \lambda I)^{-1} X^T y = (S + \lambda I)^{-1} S \hat w \\"
        r"\hat w(\lambda) = (S + \lambda I)^{-1} \hat w, \quad \hat w(\lambda) = \lambda \hat w",
        TALL | {"y": "vector(n)", "\\lambda": "constant positive"},
        ("S = X^T X", r"\hat w = S^{-1} X^T y"),
        ["definition", "held", "refuted", "refuted"],
    ),
    (
        "rows of ones and noughts by an arrow or in bold",
        r"\boldsymbol{1}^T (x \odot y) = x^T y, \quad \vec{1}^T x = \sum_i x_i, \quad "
        r"x + \vec{0} = x, \quad \vec{1}^T (x + y) = x^T y",
        VECTORS,
        (),
        ["proved", "proved", "proved", "refuted"],
    ),
    (
        "a row written out with commas, and one of ones",
        r"\nabla r = \begin{bmatrix} 1, & 1, & \ldots, & 1 \end{bmatrix} = \vec{1}^T \\"
        r"\nabla r = \begin{bmatrix} x_1, & x_2, & \ldots, & x_n \end{bmatrix}",
        VECTORS,
        (r"r = \sum_i x_i",),
        ["proved", "proved", "refuted"],
    ),
    (
        "a gradient by the only argument that is a quantity",
        r"\nabla \ln p(a | v) = f_a - \sum_b p(b | v) f_b = f_a",
        {"d": "dim", "k": "dim", "v": "vector(d)", "f": "vector(d) per (k)", "a": "index(k)"},
        (r"p(a | v) = \frac{e^{v^T f_a}}{\sum_b e^{v^T f_b}}",),
        ["proved", "refuted"],
    ),
    (
        "cases with a formula in the words beside them",
        r"q = \begin{cases} p & \text{if $y = 1$} \\ 1 - p & \text{otherwise,} \end{cases} \quad"
        r"\log q = \frac{1 + y}{2} \log p + \frac{1 - y}{2} \log(1 - p) = \log p",
        {"p": "scalar in (0,1)", "y": "scalar in {-1,1}"},
        (),
        ["definition", "held", "refuted"],
    ),
    (
        "a divergence with a bar that nothing closes, and a wide space between statements",
        r"D\left( p \left\| \frac{p + q}{2} \right. \right)"
        r"= \sum_i p_i \log \frac{2 p_i}{p_i + q_i}"
        r"\hspace{1in} D(p \| q) = \sum_i p_i \log p_i - \sum_i p_i \log q_i \hspace*{2em}"
        r"D\left( p \left\| q \right. \right) = \sum_i q_i \log \frac{p_i}{q_i}",
        {"n": "dim", "p": "vector(n) simplex", "q": "vector(n) simplex"},
        (r"D(p \| q) = \sum_i p_i \log \frac{p_i}{q_i}",),
        ["proved", "proved", "refuted"],
    ),
    (
        "formulas that an empty line parts",
        "\\frac{\\partial s}{\\partial b}"
        "= \\begin{cases} 1 & b > 0 \\\\ 0 & b < 0 \\end{cases}\n\n"
        "\\frac{\\partial s}{\\partial b} = \\begin{cases} 0 & b > 0 \\\\ 1 & b < 0 \\end{cases}",
        {"b": "scalar"},
        (r"s = \max(0, b)",),
        ["proved", "refuted"],
    ),
    (
        "the root of what is a square",
        r"s^2 = \frac{1}{n} \sum_i (x_i - \mu)^2, \quad z_i = \frac{x_i - \mu}{s}, \quad"
        r"\sum_i z_i^2 = n, \quad \sum_i z_i^2 = 1",
        VECTORS,
        MEAN,
        ["definition", "definition", "proved", "refuted"],
    ),
    (
        "a derivative by a square",
        r"z_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + 1}}, \quad"
        r"\sigma^2 = \frac{1}{n} \sum_i (x_i - \mu)^2, \quad"
        r"\frac{\partial \sigma^2}{\partial x_i} = \frac{2}{n} (x_i - \mu), \quad"
        r"\frac{\partial \sigma^2}{\partial x_i} = \frac{1}{n} (x_i - \mu)",
        VECTORS,
        MEAN,
        ["definition", "definition", "proved", "refuted"],
    ),
    ("a square is no definition of what is used", r"a^2 = a", VECTORS, (), ["refuted"]),
    (
        "the variance of one number",
        r"\frac{1}{n-1} \sum_i (x_i - \mu)^2 = \frac{1}{n-1} (\sum_i x_i^2 - n \mu^2)",
        VECTORS,
        MEAN,
        ["proved"],
    ),
    ("an inverse that there is for tall matrices", r"(X^T X)^{-1} X^T X = I", TALL, (), ["held"]),
    ("no inverse on the other side", r"X (X^T X)^{-1} X^T = I", TALL, (), ["refuted"]),
    (
        "∇ below which nothing stands, in a chain by one variable",
        r"\nabla_w L = \sum_i 2 s_i \nabla s_i = \sum_i 2 s_i x_i = \sum_i s_i x_i \\"
        r"\nabla_w L = 2 \nabla L",
        ROWS | {"w": "vector(d)", "b": "scalar"},
        ("s_i = w^T x_i + b", r"L = \sum_i s_i^2"),
        ["proved", "proved", "refuted", "unreadable"],
    ),
    (
        "inverses that exist together for square matrices only",
        r"(X X^T)^{-1} X = X (X^T X)^{-1}",
        TALL,
        (),
        ["conditional"],
    ),
    (
        "the inverse of a function that rises",
        r"\sigma^{-1}(p) = \log \frac{p}{1 - p} = \log p - \log(1 - p) \\"
        r"\sigma^{-1}(p) = \log \frac{1 - p}{p}, \quad \sigma^{-1}(\sigma(a)) = a, \quad"
        r"f^{-1}(p) = \sqrt{p}, \quad \frac{1}{1 + e^{p}} = \sigma^{-1}(p)",
        {"p": "scalar in (0,1)", "a": "scalar"},
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}", "f(z) = z^2"),
        ["held", "proved", "refuted", "held", "unreadable", "refuted"],
    ),
    (
        "the inverse of a function that a quantity of the text moves",
        r"g^{-1}(y) = \frac{y}{c}, \quad h^{-1}(y) = \log(e^y - 1), \quad "
        r"h^{-1}(y) = \log(e^y + 1)",
        {"y": "scalar positive", "c": "scalar"},
        ("g(z) = c z", r"h(z) = \log(1 + e^z)"),
        ["unreadable", "held", "refuted"],
    ),
    (
        "what a definition demands of its matrices",
        r"A = B C B^T, \quad B^T B = I, \quad A^2 = B C^2 B^T, \quad A^2 = B C B^T",
        SQUARES | {"C": "matrix(n,n)"},
        (),
        ["definition", "conditional", "conditional", "refuted"],
    ),
    (
        "a false line of what is defined",
        r"A = 2B, \quad A = I",
        SQUARES,
        (),
        ["definition", "refuted"],
    ),
    (
        "entries from 0 to d",
        r"\theta^T x = \sum_{j=0}^d \theta_j x_j",
        {"d": "dim", r"\theta": "vector(d+1)", "x": "vector(d+1)"},
        (),
        ["proved"],
    ),
    (
        "entries from 0 to d, of which there are d",
        r"\theta^T x = \sum_{j=0}^d \theta_j x_j",
        {"d": "dim", r"\theta": "vector(d)", "x": "vector(d)"},
        (),
        ["unreadable"],
    ),
    ("an equality behind a bound", r"a < b = c", {"a": "scalar"}, (), ["unreadable"]),
    ("a new name behind a bound", r"a \le q = a^2", {"a": "scalar"}, (), ["unreadable"]),
    ("a claim behind a bound", r"a < a + a = 2a", {"a": "scalar"}, (), ["proved"]),
    ("a symmetric matrix is a claim", r"A_{ij} = A_{ji}", SQUARES, (), ["refuted"]),
    (
        "a logarithm of a density",
        r"\log \frac{1}{a} \exp(-a x_i) = -\log a - a x_i",
        {"n": "dim", "a": "scalar positive", "x": "vector(n)"},
        (),
        ["proved"],
    ),
    (
        "an indicator of each entry of an array",
        r"\frac{\partial L}{\partial x} = \mathbb{I}[x > 0] \odot \frac{\partial L}{\partial a} \\"
        r"\frac{\partial L}{\partial x} = \mathbb{I}[x < 0] \odot \frac{\partial L}{\partial a} \\"
        r"\mathbb{1}[x > 0] \odot y = \mathbb{1}[0 < x] \odot y = \mathbb{1}[y > 0] \odot x",
        {"n": "dim", "x": "vector(n)", "y": "vector(n)", "g": "function"},
        (r"a = \max(0, x)", "L = g(a)"),
        ["held", "refuted", "proved", "refuted"],
    ),
    (
        "errors that their index tells apart",
        r"\delta_j = \sum_k W_{kj} \delta_k, \quad \delta_j = \sum_k W_{kj} y_k \delta_k",
        ERRORS,
        (r"y_k = \sum_j W_{kj} z_j", "L = f(y)", *DELTAS),
        ["proved", "refuted"],
    ),
    ("a differential", r"dp = p (1 - p) dz", ONE, SIGMOID, ["proved"]),
    ("a wrong differential", r"dp = p (1 + p) dz", ONE, SIGMOID, ["refuted"]),
    ("an upright differential", r"\mathrm{d}p = p (1 - p) \mathrm{d}z", ONE, SIGMOID, ["proved"]),
    ("a prime", r"p' = p (1 - p)", ONE, SIGMOID, ["proved"]),
    ("a wrong prime", r"p' = p (1 + p)", ONE, SIGMOID, ["refuted"]),
    ("a prime that may be a name", r"p' = p + \epsilon", ONE, SIGMOID, ["unreadable"]),
    ("a dot", r"\dot p = p (1 - p) \dot z", ONE, SIGMOID, ["proved"]),
    ("a wrong dot", r"\dot p = p (1 + p) \dot z", ONE, SIGMOID, ["refuted"]),
    ("a derivative by subscript", r"p_z = p (1 - p)", ONE, SIGMOID, ["proved"]),
    ("a subscript that may be a label", r"p_z = p (1 + p)", ONE, SIGMOID, ["unreadable"]),
    ("a derivative of two variables", r"L' = p - y", ONE, BINARY, ["unreadable"]),
    ("a label that stands still", r"dL = (p - y) dz", ONE, BINARY, ["conditional"]),
    ("a gradient as a name", r"dp = -y / p + (1 - y) / (1 - p)", ONE, BINARY, ["proved"]),
    ("a wrong gradient as a name", r"dp = -y / p", ONE, BINARY, ["unreadable"]),
    ("a new name with a prime", r"z' = z + 1", ONE, (), ["definition"]),
    ("the differential of a product", r"d(AB) = dA B + A dB", SQUARES, (), ["proved"]),
    ("its factors interchanged", r"d(AB) = dA B + dB A", SQUARES, (), ["refuted"]),
    ("of an inverse", r"dA^{-1} = -A^{-1} dA A^{-1}", SQUARES, (), ["proved"]),
    ("of a trace", r"d\,\mathrm{tr}(A^T A) = 2\,\mathrm{tr}(A^T dA)", SQUARES, (), ["proved"]),
    (
        "of a sum over entries",
        r"dL = \sum_i 2 x_i dx_i, \quad dL = \sum_i x_i dx_i",
        VECTORS,
        (r"L = \sum_i x_i^2",),
        ["proved", "refuted"],
    ),
    (
        "a tensor product of vectors",
        r"x \otimes y = x y^T, \quad x \otimes y = y x^T",
        VECTORS,
        (),
        ["proved", "refuted"],
    ),
    ("of matrices", r"(A \otimes B)_{ij} = A_{ij} B_{ij}", SQUARES, (), ["conditional"]),
    (
        "Kronecker's product",
        r"\mathrm{tr}(A \otimes B) = \mathrm{tr}(A) \mathrm{tr}(B)",
        SQUARES,
        (),
        ["unreadable"],
    ),
    (
        "an update",
        r"x := x - a \nabla_x L = x - 2 a x = x + 2 a x",
        VECTORS,
        (r"L = x^T x",),
        ["definition", "proved", "refuted"],
    ),
    ("an update as in a program", r"x = x - a y", VECTORS, (), ["unreadable"]),
    ("no update", r"x = 2 x", VECTORS, (), ["refuted"]),
    ("an update of another shape", r"a := a - x", VECTORS, (), ["refuted"]),
    (
        "a recursion",
        r"x_{t+1} = x_t - a x_t = (1 - a) x_t = (1 + a) x_t",
        VECTORS,
        (),
        ["definition", "proved", "refuted"],
    ),
    ("a recursion backwards", r"x_t = x_{t-1} + a", VECTORS, (), ["definition"]),
    (
        "steps above",
        r"x^{(t+1)} = x^{(t)} - a y, \quad x^{(t+1)} - x^{(t)} = -a y",
        VECTORS,
        (),
        ["definition", "unreadable"],
    ),
    (
        "an expression at a value, which is not read",
        r"\left[ \frac{\partial L(y, z)}{\partial z} \right]_{z = 1} = y",
        ONE,
        ("L(y, z) = y z^2",),
        ["unreadable"],
    ),
    (
        "no recursion of what is defined",
        r"x_{t+1} = x_t",
        VECTORS,
        ("x_i = y_i^2",),
        ["refuted"],
    ),
    (
        "another recursion for the same",
        r"x_{t+1} = x_t + a, \quad x_{t+1} = x_t + 2a",
        VECTORS,
        (),
        ["definition", "unreadable"],
    ),
    (
        "a sum over entries from 0",
        r"\sum_{i=0}^{n-1} (x_i + y_i) = \sum_i x_i + \sum_i y_i",
        VECTORS,
        (),
        ["proved"],
    ),
    (
        "one entry too many",
        r"\sum_{i=0}^{n-1} x_i = \sum_{i=1}^n x_i + x_1",
        VECTORS,
        (),
        ["refuted"],
    ),
    ("an entry 0", r"\sum_{i=0}^{n} x_i = \sum_{i=1}^n x_i", VECTORS, (), ["unreadable"]),
    (
        "the number of an entry from 0",
        r"\sum_{i=0}^{n-1} i x_i = \sum_{i=1}^n i x_i",
        VECTORS,
        (),
        ["unreadable"],
    ),
    (
        "a series from 0",
        r"\sum_{i=0}^{n-1} a^i (1 - a) = 1 - a^n",
        VECTORS,
        (),
        ["held"],
    ),
    (
        "entries in brackets of their own definition",
        r"z_i = a[(x_i - y_i)], \quad \sum_i z_i = a \sum_i x_i - a \sum_i y_i",
        VECTORS,
        (),
        ["definition", "proved"],
    ),
    (
        "a loss as an unknown function of an array",
        r"\frac{\partial L}{\partial S} = P \odot \frac{\partial L}{\partial P}"
        r"- P P^T \frac{\partial L}{\partial P}",
        LOSS,
        SOFTMAX,
        ["proved"],
    ),
    (
        "the wrong side of a product",
        r"\frac{\partial L}{\partial K} = \frac{1}{\sqrt{d_k}} Q^T \frac{\partial L}{\partial S}",
        SCORES,
        SCORED,
        ["refuted"],
    ),
    (
        "the right side of a product",
        r"\frac{\partial L}{\partial K}"
        r"= \frac{1}{\sqrt{d_k}} \left(\frac{\partial L}{\partial S}\right)^T Q",
        SCORES,
        SCORED,
        ["proved"],
    ),
    (
        "the chain rule through an unknown loss",
        r"\frac{\partial L}{\partial x_i} = \sum_j W_{ji} \frac{\partial L}{\partial z_j}",
        UNKNOWN,
        ("z = W x", "L = f(z)"),
        ["proved"],
    ),
    (
        "the same without the transpose",
        r"\frac{\partial L}{\partial x_i} = \sum_j W_{ij} \frac{\partial L}{\partial z_j}",
        UNKNOWN | {"W": "matrix(n,n)", "z": "vector(n)"},
        ("z = W x", "L = f(z)"),
        ["refuted"],
    ),
    (
        "a dimension with an index",
        r"\sqrt{d_k} \sqrt{d_k} = d_k",
        ATTENTION,
        (),
        ["proved"],
    ),
    (
        "a diagonal by its entries",
        r"X^T W X = \sum_i p_i (1 - p_i) x_i x_i^T",
        WEIGHTS | {"x": "vector(d) per (n)"},
        (r"W = \mathrm{diag}(p_i (1 - p_i))", "X_{ij} = (x_i)_j"),
        ["proved"],
    ),
    (
        "a logarithm of all that follows",
        r"\log p^y (1-p)^{1-y} = y \log p + (1-y) \log(1-p)",
        POWERS,
        (),
        ["conditional"],
    ),
    (
        "a logarithm of the first factor alone",
        r"\log p^y (1-p) = y (1-p) \log p",
        POWERS,
        (),
        ["proved"],
    ),
    (
        "two indices from 0",
        r"\sum_{i,j=0}^{n-1} A_{ij} = \sum_{i,j} A_{ij}",
        MATRICES,
        (),
        ["proved"],
    ),
    (
        "an entry 0 where entries are counted from 0",
        r"p_k = \frac{e^{x_k}}{\sum_{j=0}^{n-1} e^{x_j}},"
        r"\quad \frac{\partial p_0}{\partial x_0} = p_0 (1 - p_0)",
        VECTORS,
        (),
        ["definition", "unreadable"],
    ),
    (
        "a function bare in a product of its own parentheses",
        r"s(1 - 2s) = s - 2 s^2",
        {"z": "scalar"},
        (r"s(z) = \frac{1}{1 + e^{-z}}",),
        ["proved"],
    ),
    (
        "an entry in parentheses behind a free one is a factor",
        r"\sum_k y_k (p_i) = p_i \sum_k y_k = 2 \sum_k y_k (p_i) \\ \sum_k y_k (x_k) = x^T y",
        {"n": "dim", "x": "vector(n)", "y": "vector(n)"},
        (r"p_j = e^{x_j}",),
        ["proved", "refuted", "unreadable"],
    ),
    (
        "a function of itself",
        r"s(s(z)) = \frac{1}{1 + e^{-s(z)}}",
        {"z": "scalar"},
        (r"s(z) = \frac{1}{1 + e^{-z}}",),
        ["proved"],
    ),
    ("an entry of a transpose", r"(A^T)_{ij} = A_{ji}", MATRICES, (), ["proved"]),
    ("an entry of a transpose, bare", r"W^\top_{ij} = W_{ji}", MATRICES, (), ["proved"]),
    ("not transposed", r"(A^T)_{ij} = A_{ij}", MATRICES, (), ["refuted"]),
    ("an entry of an inverse", r"(A^{-1})_{ij} = 1 / A_{ij}", MATRICES, (), ["refuted"]),
    ("an entry of a square", r"(A^2)_{ik} = \sum_j A_{ij} A_{jk}", MATRICES, (), ["proved"]),
    ("a square of an entry", r"[A^2]_{ij} = A_{ij}^2", MATRICES, (), ["refuted"]),
    ("a tuple as a column", r"x^T y = x^T (y_1, \dots, y_n)^T", VECTORS, (), ["proved"]),
    ("a tuple as it is", r"x^T y = x^T (y_1, \dots, y_n)", VECTORS, (), ["proved"]),
    ("a tuple as a row", r"x^T = (x_1, \dots, x_n)", VECTORS, (), ["proved"]),
    (
        "a product that is written close",
        r"a = x + 1 \qquad ax = x^2 - x",
        {"x": "scalar"},
        (),
        ["definition", "unreadable"],
    ),
    ("a small list as a column", r"x^T (y_1, y_2)^T = x^T y", PAIRS, (), ["proved"]),
    ("an input that is no label", r"\|x\|_1 = \|x\|_2", VECTORS, (), ["refuted"]),
    (
        "a function bare in its own parentheses",
        r"\frac{ds}{dz} = s (1 - s) = s(1 - s)",
        {"z": "scalar"},
        (r"s(z) = \frac{1}{1 + e^{-z}}",),
        ["proved", "proved"],
    ),
    (
        "a subtrahend after nothing",
        r"x_1 = \sum_j e^{x_j} - \sum_i x_i y_j",
        VECTORS,
        (),
        ["refuted"],
    ),
    ("the end of a proof", r"x - x = 0 \quad \checkmark", VECTORS, (), ["proved"]),
    (
        "a label with a list",
        r"\ell^{+,\text{ref}} + \ell^{+,\text{ref}} = 2 \ell^{+,\text{ref}}",
        {"n": "dim", r"\ell^{+,\text{ref}}": "vector(n)"},
        (),
        ["proved"],
    ),
]


DERIVED = r"$$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$ "
OFF, ON = (
    r"\frac{\partial p_i}{\partial z_j} = -p_i p_j",
    r"\frac{\partial p_i}{\partial z_j} = p_i (1 - p_i)",
)
LOGITS = ["k: dim", "z: vector(k)"]
LABEL = ["p: scalar in (0,1)", "y: scalar"]
ENTROPY = r"$$L = -y \log p - (1 - y) \log (1 - p)$$ "
TEXTS: list[tuple[str, str, list[str], list[str]]] = [
    ("a case before", DERIVED + rf"For $i \neq j$ $${OFF}$$", LOGITS, ["definition", "proved"]),
    (
        "a case before that does not help",
        DERIVED + r"For $i \neq j$ we get $$\frac{\partial p_i}{\partial z_j} = p_i p_j$$",
        LOGITS,
        ["definition", "refuted"],
    ),
    (
        "a case before with words between",
        DERIVED + rf"When $i \ne j$, the derivative of $p_i$ by $z_j$ is:\n\n$${OFF}$$",
        LOGITS,
        ["definition", "proved"],
    ),
    (
        "cases behind",
        DERIVED + rf"$${OFF}$$ for $i \neq j$, and $${ON}$$ for $i = j$.",
        LOGITS,
        ["definition", "proved", "held"],
    ),
    (
        "cases interchanged",
        DERIVED + rf"$${OFF}$$ for $i = j$, and $${ON}$$ for $i \ne j$.",
        LOGITS,
        ["definition", "refuted", "refuted"],
    ),
    (
        "a case of a sentence that has ended",
        DERIVED + rf"The entries for $i \neq j$ are next. Now $${OFF}$$",
        LOGITS,
        ["definition", "refuted"],
    ),
    (
        "a case in a line",
        DERIVED + rf"In the case $i \neq j$ it is ${OFF}$ and for $i = j$ it is ${OFF}$.",
        LOGITS,
        ["definition", "proved", "refuted"],
    ),
    (
        "the value of a label",
        ENTROPY + r"For $y = 1$ it is $L = -\log p$. If $y = 0$, $L = \log (1 - p)$.",
        LABEL,
        ["definition", "proved", "refuted"],
    ),
    (
        "a definition in a case",
        r"If $y = 1$ let $L = -\log p$. If $y = 0$ let $L = -\log (1 - p)$. " + ENTROPY,
        LABEL,
        ["definition", "definition", "definition"],
    ),
    (
        "a side of a kink",
        r"$$r(z) = \max(0, z)$$ For $z > 0$, $r'(z) = 1$. For $z < 0$, $r'(z) = 1$.",
        ["z: scalar"],
        ["definition", "held", "refuted"],
    ),
    (
        "a case behind a formula in a line",
        r"$$r(z) = \max(0, z)$$ We have $r'(z) = 1$ if $z > 0$ and $r'(z) = 1$ if $z < 0$.",
        ["z: scalar"],
        ["definition", "held", "refuted"],
    ),
    (
        "two cases together",
        ENTROPY + r"With $y = 1$ and $p = 1/2$ it is $L = \log 2$. With $y = 1$, $$L = \log p$$",
        LABEL,
        ["definition", "held", "refuted"],
    ),
    (
        "numbers for what is declared do not last",
        r"With $z = 1$ and $y = 0$, $$z + y = 1$$ Then $$z + y = 1$$ $$z + y = 2 z$$",
        ["z: scalar", "y: scalar"],
        ["proved", "refuted", "refuted"],
    ),
    (
        "a function that is taken anew",
        r"Let $f(z) = z^2$; then $f'(z) = 2z$. Now let $f(z) = z^3$; then $f'(z) = 3 z^2$"
        r" and not $f'(z) = 2z + 1$.",
        ["z: scalar"],
        ["definition", "proved", "definition", "proved", "refuted"],
    ),
    (
        "a function that is not taken anew",
        r"Let $f(z) = z^2$. Here $$f(z) = z^3$$",
        ["z: scalar"],
        ["definition", "refuted"],
    ),
    (
        "two quantities that are equal in a case",
        r"If $y = z$ then $$y^2 = y z$$ In any case $$y z = z y$$ $$y + z = y z$$",
        ["z: scalar", "y: scalar"],
        ["proved", "proved", "refuted"],
    ),
    (
        "where a condition holds",
        r"$$p = \frac{1}{1 + e^{-z}}$$ If $p = 1/2$, then $z = 0$. If $p = 1/2$, then $z = 1$.",
        ["z: scalar"],
        ["definition", "held", "refuted"],
    ),
    ("a range", r"For $i = 1, \dots, k$ we have $$z_i = 2 z_i$$", LOGITS, ["refuted"]),
    ("two indices in prose", r"On the diagonal $i = j$ it is one.", LOGITS, []),
]


@pytest.mark.parametrize(
    ("text", "declare", "kinds"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS]
)
def test_prose_beside_a_formula(text: str, declare: list[str], kinds: list[str]) -> None:
    found = derive.verify_text(text, declare=declare).found
    assert [one.judged.kind for one in found] == kinds


@pytest.mark.parametrize(
    ("display", "declare", "given", "kinds"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_notation_is_read_as_it_is_meant(
    display: str, declare: dict[str, str], given: tuple[str, ...], kinds: list[str]
) -> None:
    judge = Judge(declare, given, ())
    assert [judged.kind for judged in judge.display(display)] == kinds
    assert not judge.troubles


def test_a_case_in_prose_is_no_definition() -> None:
    """What holds in a case is conditional, and what follows the case is judged in general."""
    text = "If $x=0$ the slope is one half. In general $$x^2 = x$$ $$x + x = 2x$$"
    found = derive.verify_text(text, declare=["x: scalar"]).found
    assert [one.judged.kind for one in found] == ["conditional", "proved"]
    assert found[0].judged.conditions == ("x=0",)
