r"""The tables of what LaTeX writes: which command is which piece of notation.

A command that stands in no table is refused by the lexer; nothing is skipped that is not known to
be without meaning.
"""

from __future__ import annotations

__all__ = [
    "ACCENTS",
    "BIG",
    "CLOSING",
    "DOTS",
    "ENVIRONMENTS",
    "FONTS",
    "FUNCTIONS",
    "GREEK",
    "INVISIBLE",
    "INVISIBLE_WITH_ARGUMENT",
    "LABELS",
    "LETTERLIKE",
    "LOGARITHMS",
    "MULTIPLICATIONS",
    "OPENING",
    "PROSE",
    "RELATIONS",
    "SIZES",
    "TABLES",
    "TEXTS",
    "TRANSPARENT",
    "UNICODE",
    "WELL_KNOWN",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _commands(text: str) -> frozenset[str]:
    return frozenset("\\" + word for word in text.split())


GREEK = _commands(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda "
    "mu nu xi omicron pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega digamma"
)
LETTERLIKE = _commands(
    "partial nabla ell infty hbar imath jmath Re Im Pr top intercal prime dagger ast star"
)
"""Commands that are a letter, or stand where a letter stands."""

FUNCTIONS = _words(
    "log ln exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan arsinh arcosh "
    "artanh arcsinh arccosh arctanh sech csch erf erfc sqrt sgn sign tr det diag vec rank dim deg"
)
"""Functions whose argument may follow without parentheses; known with and without a backslash."""

BIG = _words("sum prod max min sup inf argmax argmin lim bigcup bigcap int oint coprod bigoplus")
"""Prefixes that take limits."""

ACCENTS = _commands(
    "hat widehat bar overline tilde widetilde dot ddot check breve acute grave mathring vec "
    "underline overrightarrow"
)

FONTS = _commands(
    "mathbf boldsymbol bm bf mathcal mathbb mathfrak mathscr mathit mathsf mathtt mathnormal symbf "
    "boldmath pmb bold cal sf it sl tt frak"
)
"""Commands that change the font of what follows in braces."""

TEXTS = _commands(
    "mathrm operatorname text textrm textup textit textbf textnormal textsf mbox hbox rm mathop "
    "symrm textsc emph texttt fbox"
)
"""Commands whose argument is a word or prose."""

MULTIPLICATIONS = {
    "*": "*",
    "/": "/",
    "\\cdot": "\\cdot",
    "\\centerdot": "\\cdot",
    "\\bullet": "\\cdot",
    "\\times": "\\times",
    "\\div": "/",
    "\\odot": "\\odot",
    "\\circ": "\\circ",
    "\\otimes": "\\otimes",
    "\\oplus": "\\oplus",
    "\\ast": "*",
    "\\star": "\\star",
    "·": "\\cdot",
    "×": "\\times",
    "⊙": "\\odot",
    "∘": "\\circ",
    "∗": "*",
}

RELATIONS = {
    "=": "=",
    ":=": ":=",
    "\\coloneqq": ":=",
    "\\colonequals": ":=",
    "\\coloneq": ":=",
    "\\triangleq": ":=",
    "\\defeq": ":=",
    "\\eqdef": ":=",
    "\\doteq": "\\doteq",
    "\\equiv": "\\equiv",
    "<": "<",
    ">": ">",
    "\\lt": "<",
    "\\gt": ">",
    "\\le": "\\le",
    "\\leq": "\\le",
    "\\leqslant": "\\le",
    "\\ge": "\\ge",
    "\\geq": "\\ge",
    "\\geqslant": "\\ge",
    "\\ll": "\\ll",
    "\\gg": "\\gg",
    "\\ne": "\\neq",
    "\\neq": "\\neq",
    "\\in": "\\in",
    "\\notin": "\\notin",
    "\\ni": "\\ni",
    "\\subset": "\\subset",
    "\\subseteq": "\\subseteq",
    "\\approx": "\\approx",
    "\\simeq": "\\approx",
    "\\cong": "\\approx",
    "\\sim": "\\sim",
    "\\propto": "\\propto",
    "\\to": "\\to",
    "\\rightarrow": "\\to",
    "\\longrightarrow": "\\to",
    "\\mapsto": "\\mapsto",
    "\\leftarrow": "\\leftarrow",
    "\\gets": "\\leftarrow",
    "\\longleftarrow": "\\leftarrow",
    "\\leftrightarrow": "\\iff",
    "\\Rightarrow": "\\implies",
    "\\Longrightarrow": "\\implies",
    "\\implies": "\\implies",
    "\\therefore": "\\implies",
    "\\Leftrightarrow": "\\iff",
    "\\Longleftrightarrow": "\\iff",
    "\\iff": "\\iff",
    "\\Leftarrow": "\\impliedby",
    "\\because": "\\impliedby",
    "\\perp": "\\perp",
    "≤": "\\le",
    "≥": "\\ge",
    "≠": "\\neq",
    "∈": "\\in",
    "≈": "\\approx",
    "≡": "\\equiv",
    "≐": "\\doteq",
    "←": "\\leftarrow",
    "→": "\\to",
    "⇒": "\\implies",
    "≔": ":=",
}

DOTS = _commands("dots ldots cdots vdots ddots dotsc dotsb dotsm dotso hdots") | {"…", "⋯", "..."}

OPENING = {
    "(": "(",
    "[": "[",
    "\\{": "\\{",
    "\\lbrace": "\\{",
    "\\langle": "\\langle",
    "\\lparen": "(",
    "\\lbrack": "[",
    "\\lfloor": "\\lfloor",
    "\\lceil": "\\lceil",
}
CLOSING = {
    ")": "(",
    "]": "[",
    "\\}": "\\{",
    "\\rbrace": "\\{",
    "\\rangle": "\\langle",
    "\\rparen": "(",
    "\\rbrack": "[",
    "\\rfloor": "\\lfloor",
    "\\rceil": "\\lceil",
}
"""A closing delimiter, and the opening one that it belongs to."""

SIZES = _commands(
    "big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm biggm Biggm middle"
)
INVISIBLE = _commands(
    "! , : ; > displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits "
    "nonumber notag noindent hfill hfil thinspace medspace thickspace negthinspace negmedspace "
    "relax allowbreak nobreak strut mathstrut null centering par smallskip medskip bigskip "
    "enspace enskip hline break normalsize small footnotesize large Large / displaylimits mathord "
    "ensuremath protect left right checkmark blacksquare qed qedhere qedsymbol"
) | {"\\ ", "~"}
"""Commands without meaning; spaces and marks of a proof's end among them."""

INVISIBLE_WITH_ARGUMENT = _commands(
    "label tag hspace vspace phantom hphantom vphantom color textcolor kern mkern cite ref eqref "
    "footnote intertext shortintertext mspace rule"
) | {"\\tag*", "\\hspace*", "\\vspace*"}
"""Commands that vanish together with one argument."""

TRANSPARENT = _commands(
    "boxed cancel bcancel xcancel mathclap mathrlap mathllap smash mathstrut underbrace overbrace "
    "colorbox mathopen mathclose mathbin mathrel mathinner substack hl bbox"
)
"""Commands of which the argument stays and the decoration goes."""

ENVIRONMENTS = _words(
    "equation equation* align align* aligned alignat alignat* alignedat split gather gather* "
    "gathered multline multline* eqnarray eqnarray* flalign flalign* displaymath math IEEEeqnarray "
    "IEEEeqnarray* subequations dmath dmath* multlined"
)
"""Environments of rows of statements."""

TABLES = _words(
    "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix cases dcases rcases array "
    "psmallmatrix bsmallmatrix"
)
"""Environments of cells."""

PROSE = _words(
    "if otherwise for else where and or with when since so that hence thus then because by using "
    "as is the we have get obtain therefore all any each every from to let given assume such "
    "denotes follows which in of on not case such at are an a be iff"
)
"""Words that are prose when they stand in text."""

LOGARITHMS = frozenset({"log", "ln"})
LABELS = _words(
    "new old opt true pred train test next prev init final obs target ref est best pos neg out "
    "hid max min"
)
"""Words that are one label where they stand above a name alone, as in w^{new}."""

WELL_KNOWN = _words(
    "softmax sigmoid logsumexp softplus relu ReLU sigm logit logistic softsign LogSumExp lse "
    "logsoftmax"
)
"""Functions of this field that are one word, with or without a command."""

UNICODE = {
    "−": "-",
    "—": "-",
    **{
        letter: "\\" + name
        for letter, name in zip(
            "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
            [
                "alpha",
                "beta",
                "gamma",
                "delta",
                "epsilon",
                "zeta",
                "eta",
                "theta",
                "iota",
                "kappa",
                "lambda",
                "mu",
                "nu",
                "xi",
                "pi",
                "rho",
                "sigma",
                "tau",
                "upsilon",
                "phi",
                "chi",
                "psi",
                "omega",
                "Gamma",
                "Delta",
                "Theta",
                "Lambda",
                "Xi",
                "Pi",
                "Sigma",
                "Phi",
                "Psi",
                "Omega",
            ],
            strict=True,
        )
    },
    "∂": "\\partial",
    "∇": "\\nabla",
    "∑": "\\sum",
    "∏": "\\prod",
    "ℓ": "\\ell",
    "⊤": "\\top",
    "∞": "\\infty",
}
