"""Functions whose converted form is compared with what TensorFlow makes of them; never called."""
# ruff: noqa: E731, E741, PT018


def early_return(x):
    if x > 0:
        y = x * x
        return y
    else:
        z = 1
    while x < 10:
        x += z
        if x == 5:
            break
        if x == 3:
            continue
    for i in range(10):
        x += i
    return x


def nested_loops(x, n):
    s = 0
    for i, j in enumerate(n):
        for k in tf.range(j):
            if k > 3 and not x:
                return k
            s = s + k
    return s if s > 0 else -s


def statements(self, l):
    self.x = 1
    l = []
    l.append(1)
    l.append(2)
    v = l.pop()
    l[0] = 3
    z = l[1]
    assert z, "foo"
    print(l, sep="")
    f = lambda x: x + 1 if x else (x == 1 and x != 2)

    def g(y):
        nonlocal v
        if y:
            v = 2
        return v

    return f(g(*l, **z))


def composites(x):
    """Doc."""
    x.y = 3
    if x.y:
        x.y = 2
        x["k"] = 3
        x[0].z = 2
    del x
    with foo(x) as y:
        y()
    try:
        pass
    except E as e:
        raise ValueError("x")
    return [i for i in y if i]


def loop_else(x):
    if x:
        pass
    elif x > 1:
        y = 2
    else:
        return
    for a in x:
        pass
    else:
        print(2)


def while_in_while(x):
    while x:
        while y:
            if x:
                break
            else:
                continue
            return 1
        z = 2


def defaults(x=1, *args, y=1, **kw):
    global g1
    g1 = 2
    if x:
        g1 = 3
    return x


def annotations(x: int) -> int:
    q: int = 3
    return x < q < 4


def assignments(x):
    x += 1
    x[0] += 2
    x.y += 1
    a, b = x
    (a, *b), c = x
    return (
        a if b else c,
        x in y,
        x is None,
        x not in y,
        not x,
        x != 1,
        x == 2 == 3,
        a or b or c,
        a and b and c,
    )


def formatted(x):
    raise ValueError(f"{x} {x.y!r:>{x.z}}")


def doconly():
    """Doc."""


def ell(): ...
def tern(x, y):
    return 1 if x else (2 if y else f(3 if z else 4))


def tern2(x):
    return g(x) if h(x) and x else (lambda q: 1 if q else 2)


def walrus1(x):
    if y := f(x):
        return y


def walrus2(x):
    if (y := f(x)) > 3:
        return y


def walrus3(x):
    y = (z := 3) + x
    return y + z


def walrus4(x):
    while y := f(x):
        x = y
    return x


def walrus5(x):
    return [y for a in x if (y := a)]


def mtch(x):
    match x:
        case 1:
            return 2
        case [a, b]:
            return a
    return 3


def mtch2(x):
    match 1:
        case 1:
            y = 2
        case _:
            y = 3
    return y


def inner_async(x):
    async def g(y):
        await y
        return y

    return g


def localclass(x):
    class A(Base(x)):
        z = x + 1
        w = f(z)

        def m(self, q=x):
            self.k = q
            if q:
                self.k = 2
            return super().m(q)

    return A()


def decorated(x):
    @dec(x)
    def g(y: int = x, *, z: str = h(x)) -> foo(int):
        return y

    return g


def compr(x):
    return (
        [f(i) for i in x if i and not x],
        {a: b if a else c for a, b in g(x)},
        (i for i in h(x)),
        {1 for _ in x},
    )


def loopelse(x):
    while x:
        break
    else:
        pass


def tryf(x):
    try:
        x = f(x)
        return x
    except ValueError as e:
        x = e
    except (TypeError, foo(x)):
        raise
    else:
        x = 2
    finally:
        x = 3
    return x


def withret(x):
    with f(x) as (a, b), g(y):
        if x:
            return a
        z = 1
    return z


def glob(x):
    global G
    for i in x:
        G = i
        if i:
            continue
        G += 1
    return G


def delx(x):
    del x.y, x
    y = 1
    del y
    del x[0]
    if x:
        del x
    return x


def aug(x):
    x += f(x) if x else 2
    x.y += x
    x[x.i] += 1
    x[1:2] += 3
    x[x.i].z = 3
    if x:
        x[x.i] = 1
        x[1:2] = 2
        x[-1] = 3
        x[f(1)] = 3
        x[1.5] = 2
        x["a"]["b"].c = 3
    return x


def star(a, *b, **c):
    f(*a, 1, *b, 2, **c, d=2)
    f(1, *a)
    f(**c)
    x, *y = a
    return (*a, *b), [*a], {**c, "x": f(c)}


def fstring(x):
    return f"{f(x)!r:>{w}} {x and y} {1 if x else 2}"


def sl(x, y):
    return x[f(y) :, ..., None, y and 2]


def raise2(x):
    if x:
        raise ValueError(f"{x}") from x
    else:
        y = 1
    return y


def infinite(x):
    while True:
        x = x + 1
        if x > 10:
            break
    return x


def ret_none(x):
    if x:
        return
    x += 1


def ret_loop(x):
    for i in x:
        if i:
            return i
        x = i


def ann(x):
    y: int
    if x:
        y: int = 3
    return y


def assert_(x):
    assert x and f(x), f"{x}"


def chain(a, b, c):
    a = b = c
    a, b = b, a
    return a < b < c, a < b == c != a, a in b in c, a not in b


def imp(x):
    import os.path as p
    import sys

    from foo import bar as q
    from foo import z

    if x:
        import json
    return p, sys, q, z, json


def lam(x):
    f = lambda y, z=x, *a, **k: (lambda w: w + y)(z) if y else not z
    return f


def printer(x):
    print(x, f(x))
    print("a", end="")
    pdb.set_trace()
    breakpoint()


def kwonly(x, /, y, *, z=1):
    return super().foo(x)


def nestedfun(x):
    def g(y):
        def h(z):
            nonlocal y
            y = z
            if z:
                y = 1
            return x + y

        return h(y)

    y = 1
    if g(y):
        x = 2
        y = 3
    return g(x)


def condfn(x):
    if x:

        def g():
            return y
    else:

        def g():
            return 1

    y = 2
    return g()


def whileattr(self, x):
    while self.x < 10:
        self.x += 1
        self.y = self.x
        x.z[0] = 2
        q = Foo()
        q.x = 3
    return self.x


def nestedfor(x):
    for i in x:
        for j in i:
            if j:
                break
            if i:
                continue
            x = x + j
        else_ = 1
    return x, else_


def exc_in_loop(x):
    for i in x:
        try:
            x = i
            continue
        except E:
            break
        finally:
            y = 1
    return x


def setopt(x):
    for i in x:
        tf.autograph.experimental.set_loop_options(
            maximum_iterations=3, shape_invariants=[(x, tf.TensorShape([None]))]
        )
        x = x + i
    while x:
        tf.autograph.experimental.set_loop_options(parallel_iterations=1)
    return x


def starfor(x):
    for (a, *b), c.d, e[0] in x:
        f(a)


def compare_is(x):
    return x is None or x is not y and not (x == 1 and x != 2)


class K:
    def __init__(self, x):
        self.x = x
        if x:
            self.x = 2

    def m(self):
        return self.__x

    def n(self):
        v = 1
        if self.x:
            self.y = 1
            self.z.w = 2
        return super().n() + self.y


def get_state():
    pass


def usesname(x):
    get_state()
    do_return = 1
    if_body = 2
    if x:
        if_body = f(if_body)
        return do_return
    break_ = 1
    while x:
        break
    return break_ + if_body


def ifs(x):
    if x > 3 and f(x):
        pass
    elif not x:
        y = 1
    elif x == 3:
        y = 2
        z = 4
    return x


def yieldinner(x):
    def g():
        yield 1

    return g


def await_():
    pass


def multi(a, b):
    x = f(a, b, c(1))
    return x + a
