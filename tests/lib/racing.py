"""racing - one thing asked for fifty times at the same moment, over two web
servers with two processes of each program, and over plain CGI."""
import asyncio
import json
import threading
import time

from wire import Connection, message

PARALLEL, BY_CGI = 50, 4


def form(path, client, data, **headers):
    """A POST, as client.  CGI has no connection to keep."""
    if client.client_secret:
        return message("POST", path, data, client=client, close=True,
                       **headers)
    return message("POST", path, {"client_id": client.client_id, **data},
                   close=True, **headers)


async def ask_together(fronts, requests, count):
    ports = [fronts[2].port] * BY_CGI + [
        fronts[i % 2].port for i in range(BY_CGI, count)]
    lines = await asyncio.gather(*map(Connection.open, ports[-count:]))
    return await asyncio.gather(*(
        line.ask(requests[i % len(requests)]) for i, line in enumerate(lines)))


def race(fronts, *requests, count=PARALLEL):
    """-> the answers; of several requests each is sent by as many.  All
    connections are there before the first asks."""
    return asyncio.run(ask_together(fronts, requests, count))


def race_json(fronts, request, count=PARALLEL):
    """-> (status, members) of each answer."""
    return [(a.status, json.loads(a.body))
            for a in race(fronts, request, count=count)]


def meanwhile(stack, table, ask, statement, *args):
    """-> what ask() gives where the operator's statement has come between what
    it read and what it is to write into this table."""
    answers, operator = [], stack.db()
    operator.autocommit = False
    asking = threading.Thread(target=lambda: answers.append(ask()))
    try:
        with operator.cursor() as c:
            c.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            asking.start()
            for _ in range(300):
                if stack.sql("SELECT FROM pg_locks WHERE NOT granted"
                             " AND relation = %s::regclass", table):
                    break
                time.sleep(0.01)
            c.execute(statement, args)
        operator.commit()
    finally:
        operator.close()
    asking.join()
    return answers[0]
