"""Formulas as books write them, with the verdict on each of their equalities."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["READINGS", "Reading"]


@dataclass(frozen=True)
class Reading:
    """A display, what is declared and given, and the verdicts."""

    display: str
    verdicts: str
    declare: dict[str, str] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    assume: tuple[str, ...] = ()


READINGS = (
    Reading(
        r"\delta^L_j = \frac{\partial C}{\partial a^L_j} \sigma'(z^L_j) = (a_j^L -"
        r" y_j)\sigma'(z^L_j)",
        "proved proved",
        {
            r"z^L": "vector(m)",
            r"y": "vector(m)",
        },
        given=(
            r"\sigma(z) = \frac{1}{1+e^{-z}}",
            r"a^L_j = \sigma(z^L_j)",
            r"C = \frac{1}{2}\sum_j (y_j-a^L_j)^2",
            r"\delta^L_j = \frac{\partial C}{\partial z^L_j}",
        ),
    ),
    Reading(
        r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
        "proved",
        {
            r"z^l": "vector(m)",
            r"w^{l+1}": "matrix(p,m)",
            r"b^{l+1}": "vector(p)",
            r"E": "function",
        },
        given=(
            r"\sigma(z) = \frac{1}{1+e^{-z}}",
            r"a^l=\sigma(z^l)",
            r"z^{l+1} = w^{l+1} a^l + b^{l+1}",
            r"C = E(z^{l+1}, b^{l+1})",
            r"\delta^l = \frac{\partial C}{\partial z^l}",
            r"\delta^{l+1} = \frac{\partial C}{\partial z^{l+1}}",
        ),
    ),
    Reading(
        r"\nabla_a C = (a^L-y)",
        "proved",
        {
            r"a^L": "vector(m)",
            r"y": "vector(m)",
        },
        given=(r"C = \frac{1}{2}\|y-a^L\|^2",),
    ),
    Reading(
        r"\nabla_{a^L} C = (a^L-y)",
        "proved",
        {
            r"a^L": "vector(m)",
            r"y": "vector(m)",
        },
        given=(r"C = \frac{1}{2}\|y-a^L\|^2",),
    ),
    Reading(
        r"\frac{\partial}{\partial \theta_j} J(\theta) = \frac{\partial}{\partial"
        r" \theta_j} \frac12 (h_\theta(x)-y)^2 = 2 \cdot \frac12 (h_\theta(x)-y)\cdot"
        r" \frac{\partial}{\partial\theta_j}(h_\theta(x)-y) = (h_\theta(x)-y) x_j",
        "proved proved proved",
        {
            r"\theta": "vector(d)",
            r"x": "vector(d)",
            r"y": "scalar",
        },
        given=(
            r"h_\theta(x) = \sum_{i} \theta_i x_i",
            r"J(\theta) = \frac12 (h_\theta(x)-y)^2",
        ),
    ),
    Reading(
        r"\begin{eqnarray*} \nabla_\theta J(\theta) &=& \nabla_\theta \frac{1}{2}"
        r" (X\theta - \vec{y})^T(X\theta-\vec y)\\ &=& \frac12 \nabla_\theta"
        r" \left(\theta^TX^TX\theta - \theta^TX^T\vec{y} - \vec{y}^TX\theta +"
        r" \vec{y}^T\vec{y}\right) \\ &=& \frac12 \nabla_\theta \left( {\rm tr}"
        r" \theta^TX^TX\theta - 2 {\rm tr} \vec{y}^T X \theta\right) \\ &=& X^TX\theta -"
        r" X^T \vec y\end{eqnarray*}",
        "proved proved proved proved",
        {
            r"\theta": "vector(d)",
            r"X": "matrix(n,d)",
            r"\vec{y}": "vector(n)",
        },
        given=(r"J(\theta) = \frac12 (X\theta - \vec{y})^T(X\theta-\vec y)",),
    ),
    Reading(
        r"\begin{aligned} g'(z) &= \frac{d}{dz}\frac{1}{1+e^{-z}} \\ &="
        r" \frac{1}{(1+e^{-z})^2}\left(e^{-z}\right) \\ &="
        r" \frac{1}{(1+e^{-z})}\cdot\left(1-\frac{1}{(1+e^{-z})}\right) \\ &="
        r" g(z)(1-g(z)).\end{aligned}",
        "proved proved proved proved",
        {
            r"z": "scalar",
        },
        given=(r"g(z)=\frac{1}{1+e^{-z}}",),
    ),
    Reading(
        r"\frac{\partial}{\partial\theta_j}\ell(\theta) = \left(y\frac{1}{g(\theta^Tx)} -"
        r" (1-y)\frac{1}{1-g(\theta^T x)}\right)\frac{\partial}{\partial\theta_j}"
        r" g(\theta^Tx) = (y - h_\theta(x))x_j",
        "proved proved",
        {
            r"\theta": "vector(d)",
            r"x": "vector(d)",
            r"y": "scalar",
        },
        given=(
            r"g(z)=\frac{1}{1+e^{-z}}",
            r"h_\theta(x)=g(\theta^T x)",
            r"\ell(\theta) = y\log h_\theta(x) + (1-y)\log(1-h_\theta(x))",
        ),
    ),
    Reading(
        r"\nabla E(\mathbf{w}) = \sum_{n=1}^N (y_n - t_n)\boldsymbol\phi_n",
        "proved",
        {
            r"\mathbf{w}": "vector(M)",
            r"\boldsymbol\phi": "vector(M) per (N)",
            r"t": "vector(N) in {0,1}",
        },
        given=(
            r"\sigma(a)=\frac{1}{1+\exp(-a)}",
            r"y_n=\sigma(\mathbf{w}^{\mathrm T}\boldsymbol\phi_n)",
            r"E(\mathbf{w}) = -\sum_{n=1}^N \{t_n\ln y_n + (1-t_n)\ln(1-y_n)\}",
        ),
    ),
    Reading(
        r"\frac{\partial y_k}{\partial a_j} = y_k(I_{kj}-y_j)",
        "proved",
        {
            r"a": "vector(K)",
            r"I": "matrix(K,K)",
        },
        given=(
            r"y_k=\frac{\exp(a_k)}{\sum_j\exp(a_j)}",
            r"I_{kj} = \begin{cases}1 & k=j\\0&k\ne j\end{cases}",
        ),
    ),
    Reading(
        r"\nabla_{\mathbf{w}_j}E(\mathbf{w}_1,\ldots,\mathbf{w}_K) ="
        r" \sum_{n=1}^{N}(y_{nj}-t_{nj})\boldsymbol\phi_n",
        "proved",
        {
            r"\mathbf{w}": "vector(M) per (K)",
            r"\boldsymbol\phi": "vector(M) per (N)",
            r"t": "matrix(N,K)",
        },
        given=(
            r"y_{nk}=\frac{\exp(\mathbf{w}_k^T\boldsymbol\phi_n)}{\sum_j\exp(\mathbf{w}_j^T\bo"
            r"ldsymbol\phi_n)}",
            r"E(\mathbf{w}_1,\ldots,\mathbf{w}_K)=-\sum_n\sum_k t_{nk}\ln y_{nk}",
        ),
        assume=(r"\sum_k t_{nk}=1",),
    ),
    Reading(
        r"\frac{\partial L_i }{ \partial f_k } = p_k - \mathbb{1}(y_i = k)",
        "proved",
        {
            r"f": "vector(K)",
            r"y": "index(K) per (N)",
        },
        given=(
            r"p_k = \frac{e^{f_k}}{ \sum_j e^{f_j} }",
            r"L_i =-\log\left(p_{y_i}\right)",
        ),
    ),
    Reading(
        r"\nabla_{w_j} L_i = \mathbb{1}(w_j^Tx_i - w_{y_i}^Tx_i + \Delta > 0) x_i",
        "held",
        {
            r"w": "vector(D) per (C)",
            r"x": "vector(D) per (N)",
            r"y": "index(C) per (N)",
            r"\Delta": "scalar positive",
            r"j": "index(C)",
        },
        given=(r"L_i = \sum_{j\neq y_i} \left[ \max(0, w_j^Tx_i - w_{y_i}^Tx_i + \Delta) \right]",),
        assume=(r"j \neq y_i",),
    ),
    Reading(
        r"\sigma(x) = \frac{1}{1+e^{-x}} \\ \rightarrow \hspace{0.3in}"
        r" \frac{d\sigma(x)}{dx} = \frac{e^{-x}}{(1+e^{-x})^2} = \left( \frac{1 + e^{-x}"
        r" - 1}{1 + e^{-x}} \right) \left( \frac{1}{1+e^{-x}} \right) = \left( 1 -"
        r" \sigma(x) \right) \sigma(x)",
        "definition proved proved proved",
        {
            r"x": "scalar",
        },
    ),
    Reading(
        r"dz^{[2]} = a^{[2]} - y",
        "unreadable",
        {
            r"y": "scalar",
        },
    ),
    Reading(
        r"\frac{\partial \mathcal{J}}{\partial W^{[2]}} = \frac{1}{m}\left(A^{[2]} -"
        r" Y\right) A^{[1]T}",
        "proved",
        {
            r"A^{[1]}": "matrix(h,m)",
            r"Y": "matrix(c,m)",
            r"W^{[2]}": "matrix(c,h)",
            r"b^{[2]}": "vector(c)",
            r"m": "dim",
        },
        given=(
            r"Z^{[2]}=W^{[2]}A^{[1]}+b^{[2]}",
            r"A^{[2]}=\sigma(Z^{[2]})",
            r"\sigma(z)=\frac{1}{1+e^{-z}}",
            r"\mathcal{J}=-\frac1m\sum_{i=1}^m\sum_{k=1}^{c} Y_{ki}\log"
            r" A^{[2]}_{ki}+(1-Y_{ki})\log(1-A^{[2]}_{ki})",
        ),
    ),
    Reading(
        r"\text{KL}(p\,\|\,q) = \sum_i p_i \log\frac{p_i}{q_i} = -H(p) - \sum_i p_i\log"
        r" q_i",
        "definition proved",
        {
            r"p": "vector(k) simplex",
            r"q": "vector(k) simplex",
        },
        given=(r"H(p)=-\sum_i p_i\log p_i",),
    ),
    Reading(
        r"\frac{\partial}{\partial x}\operatorname{softplus}(x) = \sigma(x)",
        "proved",
        {
            r"x": "scalar",
        },
        given=(r"\sigma(x)=\frac1{1+e^{-x}}",),
    ),
    Reading(
        r"H = \nabla^2_{w} L = X^T S X",
        "unreadable unreadable",
        {
            r"X": "matrix(n,d)",
        },
    ),
    Reading(
        r"\frac{\partial^2 \ell}{\partial \beta_j\partial\beta_k} = -\sum_{i=1}^n"
        r" x_{ij}x_{ik}p_i(1-p_i)",
        "proved",
        {
            r"X": "matrix(n,d)",
            r"x": "matrix(n,d)",
            r"\beta": "vector(d)",
            r"y": "vector(n)",
        },
        given=(
            r"p_i=\frac{\exp(\beta^Tx_i)}{1+\exp(\beta^Tx_i)}",
            r"\ell=\sum_{i=1}^n\{y_i\beta^Tx_i-\log(1+e^{\beta^Tx_i})\}",
        ),
    ),
    Reading(
        r"\frac{\partial L}{\partial z} = -\frac{y}{1+e^{yz}}",
        "proved",
        {
            r"y": "scalar in {-1,1}",
            r"z": "scalar",
        },
        given=(r"L=\log(1+e^{-yz})",),
    ),
    Reading(
        r"\frac{\partial J}{\partial \mathbf{W}} ="
        r" \boldsymbol{\delta}\,\mathbf{x}^{\top}, \qquad \frac{\partial"
        r" J}{\partial\mathbf{b}}=\boldsymbol\delta",
        "proved proved",
        {
            r"\mathbf{W}": "matrix(k,d)",
            r"\mathbf{x}": "vector(d)",
            r"\mathbf{b}": "vector(k)",
            r"\mathbf{y}": "vector(k)",
        },
        given=(
            r"\mathbf{z}=\mathbf{W}\mathbf{x}+\mathbf{b}",
            r"J=\tfrac12\lVert\mathbf{z}-\mathbf{y}\rVert_2^2",
            r"\boldsymbol\delta=\mathbf{z}-\mathbf{y}",
        ),
    ),
    Reading(
        r"\mathrm{d}L/\mathrm{d}z = \hat y - y",
        "proved",
        {
            r"z": "scalar",
            r"y": "scalar",
        },
        given=(
            r"\hat y=\sigma(z)",
            r"\sigma(z)=\frac1{1+e^{-z}}",
            r"L=-y\ln\hat y-(1-y)\ln(1-\hat y)",
        ),
    ),
    Reading(
        r"\operatorname{diag}(\mathbf{p}) - \mathbf{p}\mathbf{p}^\top ="
        r" \frac{\partial\mathbf{p}}{\partial\mathbf{z}}",
        "proved",
        {
            r"\mathbf{z}": "vector(k)",
        },
        given=(r"\mathbf{p}=\operatorname{softmax}(\mathbf{z})",),
    ),
    Reading(
        r"\frac{\partial \log p_i}{\partial z_j} = \delta_{ij} - p_j",
        "proved",
        {
            r"z": "vector(k)",
        },
        given=(r"p_i=\frac{e^{z_i}}{\sum_l e^{z_l}}",),
    ),
    Reading(
        r"\left.\frac{\partial f}{\partial x}\right|_{x=0} = 1",
        "proved",
        {
            r"x": "scalar",
        },
        given=(r"f=e^{x}",),
    ),
    Reading(
        r"\max_j z_j \le \log\sum_j e^{z_j} \qquad \log\sum_j e^{z_j} = m + \log\sum_j"
        r" e^{z_j-m}",
        "proved",
        {
            r"z": "vector(k)",
        },
        given=(r"m=\max_j z_j",),
    ),
    Reading(
        r"\log \mathrm{softmax}(\boldsymbol{z})_i = z_i - \log\sum_j \exp(z_j).",
        "proved",
        {
            r"\boldsymbol{z}": "vector(n)",
            r"z": "vector(n)",
        },
    ),
    Reading(
        r"J(\boldsymbol\theta) = -\log P(y\mid\boldsymbol x) = -\log\sigma((2y-1)z) ="
        r" \zeta((1-2y)z)",
        "definition proved proved",
        {
            r"z": "scalar",
            r"y": "scalar in {0,1}",
            r"\boldsymbol\theta": "constant",
            r"\boldsymbol x": "constant",
        },
        given=(
            r"\sigma(z)=\frac{1}{1+e^{-z}}",
            r"\zeta(z)=\log(1+\exp(z))",
            r"P(y\mid\boldsymbol x)=\sigma((2y-1)z)",
        ),
    ),
    Reading(
        r"\mathbf{g} = \frac{d}{d\mathbf{w}} f(\mathbf{w}) = \sum_i (\mu_i -"
        r" y_i)\mathbf{x}_i = \mathbf{X}^T(\boldsymbol\mu-\mathbf{y})",
        "definition proved proved",
        {
            r"\mathbf{w}": "vector(D)",
            r"\mathbf{X}": "matrix(N,D)",
            r"\mathbf{x}": "vector(D) per (N)",
            r"\mathbf{y}": "vector(N)",
            r"y": "vector(N)",
        },
        given=(
            r"\mathbf{x}_i=(\mathbf{X})_i",
            r"\mu_i = \frac{1}{1+e^{-\mathbf{w}^T\mathbf{x}_i}}",
            r"f(\mathbf{w})=-\sum_{i=1}^N[y_i\log\mu_i+(1-y_i)\log(1-\mu_i)]",
        ),
    ),
    Reading(
        r"\mathbf{H}=\frac{d}{d\mathbf{w}}\mathbf{g}(\mathbf{w})^T = \sum_i"
        r" (\nabla_{\mathbf{w}}\mu_i)\mathbf{x}_i^T ="
        r" \sum_i\mu_i(1-\mu_i)\mathbf{x}_i\mathbf{x}_i^T ="
        r" \mathbf{X}^T\mathbf{S}\mathbf{X}",
        "definition proved proved proved",
        {
            r"\mathbf{w}": "vector(D)",
            r"\mathbf{X}": "matrix(N,D)",
            r"\mathbf{x}": "vector(D) per (N)",
            r"y": "vector(N)",
        },
        given=(
            r"\mathbf{x}_i=(\mathbf{X})_i",
            r"\mu_i = \frac{1}{1+e^{-\mathbf{w}^T\mathbf{x}_i}}",
            r"\mathbf{g}(\mathbf{w})=\sum_i (\mu_i - y_i)\mathbf{x}_i",
            r"S_{ij}=\delta_{ij}\mu_i(1-\mu_i)",
        ),
    ),
    Reading(
        r"\frac{\partial \mathrm{RSS}}{\partial\beta} ="
        r" -2\mathbf{X}^T(\mathbf{y}-\mathbf{X}\beta)",
        "proved",
        {
            r"\mathbf{X}": "matrix(N,p)",
            r"\mathbf{y}": "vector(N)",
            r"\beta": "vector(p)",
        },
        given=(r"\mathrm{RSS}(\beta)=(\mathbf{y}-\mathbf{X}\beta)^T(\mathbf{y}-\mathbf{X}\beta)",),
    ),
    Reading(
        r"\frac{\partial^2\mathrm{RSS}}{\partial\beta\partial\beta^T}=2\mathbf{X}^T\mathbf"
        r"{X}",
        "proved",
        {
            r"\mathbf{X}": "matrix(N,p)",
            r"\mathbf{y}": "vector(N)",
            r"\beta": "vector(p)",
        },
        given=(r"\mathrm{RSS}(\beta)=(\mathbf{y}-\mathbf{X}\beta)^T(\mathbf{y}-\mathbf{X}\beta)",),
    ),
    Reading(
        r"\hat\beta = (\mathbf{X}^T\mathbf{X})^{-1}\mathbf{X}^T\mathbf{y}",
        "definition",
        {
            r"\mathbf{X}": "matrix(N,p)",
            r"\mathbf{y}": "vector(N)",
        },
    ),
    Reading(
        r"\frac{\partial}{\partial\mathbf{X}}\mathrm{Tr}(\mathbf{A}\mathbf{X}\mathbf{B})=\m"
        r"athbf{A}^T\mathbf{B}^T",
        "proved",
        {
            r"\mathbf{X}": "matrix(n,m)",
            r"\mathbf{A}": "matrix(p,n)",
            r"\mathbf{B}": "matrix(m,p)",
        },
    ),
    Reading(
        r"\frac{\partial \mathbf{a}^T\mathbf{X}\mathbf{b}}{\partial\mathbf{X}}=\mathbf{a}\m"
        r"athbf{b}^T",
        "proved",
        {
            r"\mathbf{X}": "matrix(n,m)",
            r"\mathbf{a}": "vector(n)",
            r"\mathbf{b}": "vector(m)",
        },
    ),
    Reading(
        r"\frac{\partial \mathbf{x}^T\mathbf{B}\mathbf{x}}{\partial\mathbf{x}}=(\mathbf{B}"
        r"+\mathbf{B}^T)\mathbf{x}",
        "proved",
        {
            r"\mathbf{x}": "vector(n)",
            r"\mathbf{B}": "matrix(n,n)",
        },
    ),
    Reading(
        r"\frac{\partial\|\mathbf{x}-\mathbf{a}\|_2}{\partial\mathbf{x}}=\frac{\mathbf{x}-"
        r"\mathbf{a}}{\|\mathbf{x}-\mathbf{a}\|_2}",
        "proved",
        {
            r"\mathbf{x}": "vector(n)",
            r"\mathbf{a}": "vector(n)",
        },
    ),
    Reading(
        r"\text{ReLU}'(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{if } x <"
        r" 0\end{cases}",
        "proved",
        {
            r"x": "scalar",
        },
        given=(r"\text{ReLU}(x)=\max(0,x)",),
    ),
    Reading(
        r"f(z) = \begin{cases} z, & z \ge 0 \\ \alpha z, & \text{otherwise} \end{cases}"
        r" \qquad f'(z) = \begin{cases} 1, & z \ge 0 \\ \alpha, & \text{otherwise}"
        r" \end{cases}",
        "definition proved",
        {
            r"z": "scalar",
            r"\alpha": "constant",
        },
    ),
    Reading(
        r"\frac{d}{dx}|x| = \operatorname{sign}(x)",
        "proved",
        {
            r"x": "scalar",
        },
    ),
    Reading(
        r"\frac{\partial \ell}{\partial w} = \begin{cases} -y x & \text{if } y\, w^T x <"
        r" 1\\ 0 & \text{otherwise}\end{cases}",
        "proved",
        {
            r"w": "vector(d)",
            r"x": "vector(d)",
            r"y": "scalar in {-1,1}",
        },
        given=(r"\ell=\max(0, 1 - y\, w^Tx)",),
    ),
    Reading(
        r"\ell(\beta)=\sum_i\left(y_i x_i^\top\beta - e^{x_i^\top\beta}-\log(y_i!)\right)",
        "definition",
        {
            r"y": "vector(n)",
            r"x": "vector(d) per (n)",
            r"\beta": "vector(d)",
        },
    ),
    Reading(
        r"\nabla_\beta\ell = \sum_i (y_i - e^{x_i^\top\beta})x_i = X^\top(y-\mu)",
        "proved proved",
        {
            r"y": "vector(n)",
            r"x": "vector(d) per (n)",
            r"X": "matrix(n,d)",
            r"\beta": "vector(d)",
        },
        given=(
            r"X_{ij}=(x_i)_j",
            r"\mu_i=e^{x_i^\top\beta}",
            r"\ell=\sum_i(y_ix_i^\top\beta-e^{x_i^\top\beta})",
        ),
    ),
    Reading(
        r"H(p,q) = \mathbb{E}_{p}[-\log q]",
        "definition",
    ),
    Reading(
        r"\frac{\partial E}{\partial w_{ij}} = \frac{\partial E}{\partial"
        r" o_j}\frac{\partial o_j}{\partial \mathrm{net}_j}\frac{\partial"
        r" \mathrm{net}_j}{\partial w_{ij}}",
        "proved",
        {
            r"w": "matrix(m,n)",
            r"o^{prev}": "vector(m)",
            r"x": "vector(m)",
            r"t": "vector(n)",
        },
        given=(
            r"\varphi(z)=\frac{1}{1+e^{-z}}",
            r"\mathrm{net}_j=\sum_k w_{kj}x_k",
            r"o_j=\varphi(\mathrm{net}_j)",
            r"E=\frac12\sum_j(t_j-o_j)^2",
        ),
    ),
    Reading(
        r"\nabla_{W} L = \left[\frac{\partial L}{\partial W_{ij}}\right] = \delta x^T",
        "proved proved",
        {
            r"W": "matrix(k,d)",
            r"x": "vector(d)",
            r"y": "vector(k)",
        },
        given=(
            r"z=Wx",
            r"L=\frac12\|z-y\|^2",
            r"\delta=z-y",
        ),
    ),
    Reading(
        r"\frac{\partial L}{\partial z_k}=\underbrace{\sum_i\frac{\partial L}{\partial"
        r" p_i}\frac{\partial p_i}{\partial z_k}}_{\text{chain rule}}=p_k-y_k",
        "proved proved",
        {
            r"z": "vector(K)",
            r"y": "vector(K) one-hot",
        },
        given=(
            r"p_i=\frac{e^{z_i}}{\sum_j e^{z_j}}",
            r"L=-\sum_i y_i\log p_i",
        ),
    ),
    Reading(
        r"J = \begin{bmatrix}\frac{\partial p_1}{\partial z_1} & \frac{\partial"
        r" p_1}{\partial z_2}\\ \frac{\partial p_2}{\partial z_1}&\frac{\partial"
        r" p_2}{\partial z_2}\end{bmatrix} ="
        r" \begin{bmatrix}p_1(1-p_1)&-p_1p_2\\-p_2p_1&p_2(1-p_2)\end{bmatrix}",
        "definition proved",
        {
            r"z": "vector(2)",
        },
        given=(r"p_i=\frac{e^{z_i}}{\sum_j e^{z_j}}",),
    ),
    Reading(
        r"J = \begin{pmatrix}\frac{\partial p_1}{\partial z_1} & \cdots & \frac{\partial"
        r" p_1}{\partial z_K}\\ \vdots&\ddots&\vdots\\ \frac{\partial p_K}{\partial"
        r" z_1}&\cdots&\frac{\partial p_K}{\partial z_K}\end{pmatrix} ="
        r" \operatorname{diag}(p) - pp^T",
        "definition proved",
        {
            r"z": "vector(K)",
            r"p": "vector(K)",
        },
        given=(r"p_i=\frac{e^{z_i}}{\sum_j e^{z_j}}",),
    ),
    Reading(
        r"x^\top y = \sum_{i=1}^n x_i y_i = \langle x, y\rangle = x\cdot y",
        "proved proved proved",
        {
            r"x": "vector(n)",
            r"y": "vector(n)",
        },
    ),
    Reading(
        r"\frac{\partial L}{\partial \mathbf{w}} = -\frac1N\sum_{n=1}^N"
        r" y^{(n)}\mathbf{x}^{(n)}\sigma(-y^{(n)}\mathbf{w}^\top\mathbf{x}^{(n)})",
        "proved",
        {
            r"\mathbf{w}": "vector(d)",
            r"\mathbf{x}": "vector(d) per (N)",
            r"y": "scalar in {-1,1} per (N)",
        },
        given=(
            r"\sigma(z)=\frac{1}{1+e^{-z}}",
            r"L=\frac{1}{N}\sum_{n=1}^N\log\left(1+\exp(-y^{(n)}\mathbf{w}^\top\mathbf{x}^{(n)"
            r"})\right)",
        ),
    ),
    Reading(
        r"\theta^{(t+1)} = \theta^{(t)} - \eta \nabla_\theta J(\theta^{(t)})",
        "unreadable",
        {
            r"\theta": "vector(d)",
            r"\eta": "constant",
            r"J": "function",
        },
    ),
    Reading(
        r"\sum_{i=1}^{K} p_i = \sum_{i=1}^{K}\frac{e^{z_i}}{\sum_{j=1}^{K}e^{z_j}} = 1",
        "proved proved",
        {
            r"z": "vector(K)",
        },
        given=(r"p_i=\frac{e^{z_i}}{\sum_j e^{z_j}}",),
    ),
    Reading(
        r"\mathrm{softmax}(z + c\mathbf{1}) = \mathrm{softmax}(z)",
        "proved",
        {
            r"z": "vector(K)",
            r"c": "scalar",
        },
    ),
    Reading(
        r"\tanh(x) = 2\sigma(2x) - 1",
        "proved",
        {
            r"x": "scalar",
        },
        given=(r"\sigma(z)=\frac{1}{1+e^{-z}}",),
    ),
    Reading(
        r"1-\sigma(x)=\sigma(-x), \quad \sigma^{-1}(p)=\ln\frac{p}{1-p}",
        "proved held",
        {
            r"x": "scalar",
            r"p": "scalar in (0,1)",
        },
        given=(r"\sigma(z)=\frac{1}{1+e^{-z}}",),
    ),
    Reading(
        r"\frac{\partial}{\partial a}\left[\frac{1}{2}(y-t)^2\right] = (y-t)\,y\,(1-y)",
        "proved",
        {
            r"a": "scalar",
            r"t": "scalar",
        },
        given=(r"y=\frac{1}{1+\exp(-a)}",),
    ),
    Reading(
        r"\nabla^2 f(\mathbf{w}) = 2\mathbf{A}",
        "proved",
        {
            r"\mathbf{w}": "vector(n)",
            r"\mathbf{A}": "matrix(n,n) symmetric",
        },
        given=(r"f(\mathbf{w})=\mathbf{w}^\top\mathbf{A}\mathbf{w}",),
    ),
    Reading(
        r"D f(x) = A",
        "unreadable",
        {
            r"x": "vector(n)",
            r"A": "matrix(m,n)",
        },
        given=(r"f(x)=Ax",),
    ),
    Reading(
        r"\mathbf{J}_{\mathbf{f}}(\mathbf{x}) = \mathbf{A}",
        "proved",
        {
            r"\mathbf{x}": "vector(n)",
            r"\mathbf{A}": "matrix(m,n)",
        },
        given=(r"\mathbf{f}(\mathbf{x})=\mathbf{A}\mathbf{x}",),
    ),
    Reading(
        r"L(w) = \sum_{i: y_i = 1} \log p_i + \sum_{i: y_i=0}\log(1-p_i) = \sum_i y_i\log"
        r" p_i + \sum_i (1-y_i)\log(1-p_i)",
        "definition proved",
        {
            r"y": "vector(n) in {0,1}",
            r"p": "vector(n) in (0,1)",
            r"w": "constant",
        },
    ),
    Reading(
        r"\hat{y} = \arg\max_k p_k",
        "definition",
        {
            r"p": "vector(K)",
        },
    ),
    Reading(
        r"w_j^{\text{new}} = w_j - \eta\,\partial L/\partial w_j",
        "definition",
        {
            r"w": "vector(d)",
            r"\eta": "constant",
            r"x": "vector(d)",
        },
        given=(r"L=\sum_j w_jx_j",),
    ),
    Reading(
        r"\mathcal{L} = \frac{\lambda}{2}\sum_l\|W^{[l]}\|_F^2",
        "definition",
        {
            r"W": "matrix(n,m) per (L)",
            r"\lambda": "constant",
        },
    ),
    Reading(
        r"\frac{\partial \mathcal{L}}{\partial W^{[l]}} = \lambda W^{[l]}",
        "proved",
        {
            r"W": "matrix(n,m) per (L)",
            r"\lambda": "constant",
        },
        given=(r"\mathcal{L} = \frac{\lambda}{2}\sum_l\|W^{[l]}\|_F^2",),
    ),
)
