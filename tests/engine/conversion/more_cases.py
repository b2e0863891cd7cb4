"""More functions whose converted form is compared with TensorFlow's; never called."""
# ruff: noqa: E731, E741, PT018


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
