# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of asyncio's database clients do: asyncpg, and SQLAlchemy's ORM on it.

SQLAlchemy runs synchronous code in greenlets of its own, so where that calls await_() there is a
greenlet of the program's between the function and the loop.
"""

import asyncio
import contextlib
import time

import asyncpg
from sqlalchemy import Column, ForeignKey, Integer, String, event, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import declarative_base, relationship
from sqlalchemy.util import await_only, greenlet_spawn
from tasks import COUNT, all_at_once, run_client

from greenhost import async_context, await_, current_time, ensure_portal, fail_after, spawn

Base = declarative_base()


class Author(Base):
    __tablename__ = "authors"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    books = relationship("Book", order_by="Book.id")


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    title = Column(String)
    author_id = Column(ForeignKey("authors.id"))


def directory(address):
    return dict(word.split("=") for word in address.split())["host"]


async def make_tables(engine):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)


def new_engine(address, size=COUNT):
    url = f"postgresql+asyncpg://test@/postgres?host={directory(address)}"
    return create_async_engine(url, pool_size=size, max_overflow=0)


@contextlib.contextmanager
def engine_of(address, size=COUNT):
    """An engine and empty tables, all by await_()."""
    engine = new_engine(address, size)
    await_(make_tables(engine))
    yield engine
    await_(engine.dispose())


def write(session, n):
    """Synchronous code of a program, in SQLAlchemy's greenlet, that awaits what is not SQLAlchemy's."""
    author = Author(name=f"author {n}", books=[Book(title=f"{n}.{i}") for i in range(3)])
    session.add(author)
    session.flush()
    title = await_(asyncio.sleep(0.1, f"{n}.late"))
    author.books.append(Book(title=title))
    session.commit()
    session.execute(text("select pg_sleep(0.4)"))
    # Expired by the commit, so this loads them, lazily and in the same greenlet.
    return [book.title for book in author.books]


def titles(n):
    return [f"{n}.0", f"{n}.1", f"{n}.2", f"{n}.late"]


async def write_in_session(engine, n):
    async with AsyncSession(engine) as session:
        return await session.run_sync(write, n)


def right(answers):
    return answers == [titles(n) for n in range(len(answers))]


# ---- in plain tasks, on the host's loop ----


def where(address):
    return {"host": directory(address), "user": "test", "database": "postgres"}


async def connect(address):
    return await asyncpg.connect(**where(address))


def asyncpg_sleep(address):
    async def query(n):
        connection = await connect(address)
        try:
            return await connection.fetchval("select $1::int from pg_sleep(0.5)", n)
        finally:
            await connection.close()

    answers = all_at_once(lambda n: await_(query(n)), 0.5)
    print(answers == list(range(COUNT)))


def asyncpg_pool(address):
    """One pool that all share, with fewer connections than tasks, used a call at a time."""

    async def make_pool():  # in a coroutine, since it looks for the running loop
        return await asyncpg.create_pool(**where(address), max_size=10)

    def query(n):
        with async_context(pool.acquire()) as connection, async_context(connection.transaction()):
            return await_(connection.fetchval("select $1::int from pg_sleep(0.01)", n))

    pool = await_(make_pool())
    print([task.result() for task in [spawn(query, n) for n in range(COUNT)]] == [*range(COUNT)])
    await_(pool.close())


def asyncpg_limited(address):
    """A time limit cancels the query at the server, and the connection is good for another."""

    def query(n):
        connection = await_(connect(address))
        try:
            with fail_after(0.2):
                await_(connection.execute("select pg_sleep(100)"))
        except TimeoutError as error:
            answer = await_(connection.fetchval("select $1::int", n))
            await_(connection.close())
            return type(error).__name__, answer == n

    print({task.result() for task in [spawn(query, n) for n in range(20)]})


def orm_sleep(address):
    with engine_of(address) as engine:
        answers = all_at_once(lambda n: await_(write_in_session(engine, n)), 0.5)
    print(right(answers))


def orm_steps(address):
    """A session that is used a call at a time, each in a greenlet of its own; few connections."""

    def work(n):
        with async_context(AsyncSession(engine)) as session:
            author = Author(name=f"author {n}")
            session.add(author)
            await_(session.flush())
            session.add_all([Book(title=title, author_id=author.id) for title in titles(n)])
            await_(session.commit())
            await_(session.refresh(author))
            query = select(Book.title).where(Book.author_id == author.id).order_by(Book.id)
            return await_(session.scalars(query)).all()

    with engine_of(address, 10) as engine:
        print(right([task.result() for task in [spawn(work, n) for n in range(COUNT)]]))


def orm_nested(address):
    """await_() in a greenlet of SQLAlchemy's, of code that makes greenlets of SQLAlchemy's, and so on."""

    def inner(session, n):
        return await_(asyncio.sleep(0.01, session.scalar(select(func.abs(-n)))))

    async def other_session(engine, n):
        async with AsyncSession(engine) as session:
            return await session.run_sync(inner, n)

    def outer(session, n):
        first = session.scalar(select(func.abs(-n)))
        second = await_(other_session(engine, n))
        third = await_only(greenlet_spawn(lambda: await_(asyncio.sleep(0.01, n))))
        return first == second == third == session.scalar(select(func.abs(-n))) == n

    async def work(n):
        async with AsyncSession(engine) as session:
            return await session.run_sync(outer, n)

    with engine_of(address, 40) as engine:
        print({task.result() for task in [spawn(lambda n=n: await_(work(n))) for n in range(20)]})


def orm_events(address):
    """Callbacks of the ORM's that wait: with await_(), and as plain blocking code does."""
    seen = []

    @event.listens_for(Author, "before_insert")
    def before_insert(_mapper, _connection, author):
        author.name = await_(asyncio.sleep(0.01, author.name.upper()))

    @event.listens_for(Author, "after_insert")
    def after_insert(_mapper, _connection, author):
        time.sleep(0.001)
        seen.append(author.name)

    with engine_of(address) as engine:
        tasks = [spawn(lambda n=n: await_(write_in_session(engine, n))) for n in range(20)]
        print(right([task.result() for task in tasks]))
    print(sorted(seen) == sorted(f"AUTHOR {n}" for n in range(20)))


def orm_limited(address):
    """A time limit passes while a greenlet of SQLAlchemy's waits; each way round, then it is used again."""

    def in_await(session):
        await_(asyncio.sleep(100))

    def in_query(session):
        session.execute(text("select pg_sleep(100)"))

    async def run(function, scope):
        async with AsyncSession(engine) as session:
            # Not before it has a connection: asyncio.wait_for(), which makes it, may swallow a cancel.
            await session.execute(text("select 1"))
            scope.deadline = current_time() + 0.1
            await session.run_sync(function)

    def work(n):
        try:
            with fail_after(1000) as scope:
                await_(run([in_await, in_query][n % 2], scope))
        except TimeoutError as error:
            return type(error).__name__, await_(write_in_session(engine, n)) == titles(n)

    with engine_of(address) as engine:
        print({task.result() for task in [spawn(work, n) for n in range(20)]})


# ---- in tasks of asyncio's, behind portals ----


def orm_portal(address):
    async def work(engine, n):
        await ensure_portal()
        return await write_in_session(engine, n)

    async def main():
        engine = new_engine(address)
        await make_tables(engine)
        start = time.monotonic()
        answers = await asyncio.gather(*(work(engine, n) for n in range(COUNT)))
        print(f"{COUNT} tasks in {time.monotonic() - start:.2f} s, in turn {COUNT * 0.5:.1f} s")
        await engine.dispose()
        return answers

    print(right(asyncio.run(main())))


def orm_portal_steps(address):
    """Synchronous code in asyncio's tasks that uses a session by await_(), a call at a time."""

    def work(engine, n):
        session = AsyncSession(engine)
        answer = await_(session.run_sync(write, n))
        await_(session.close())
        return answer

    async def task(engine, n):
        await ensure_portal()
        return work(engine, n)

    async def main():
        engine = new_engine(address, 10)
        await make_tables(engine)
        answers = await asyncio.gather(*(task(engine, n) for n in range(20)))
        await engine.dispose()
        return answers

    print(right(asyncio.run(main())))


if __name__ == "__main__":
    run_client(globals())
