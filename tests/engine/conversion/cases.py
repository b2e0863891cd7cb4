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
