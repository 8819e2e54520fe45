"""Writes what python3-croniter and zoneinfo say of random schedules, for tests/unit/schedule/test_oracle.c.

    cron_oracle.py OUT SEED

OUT gets lines `pair EXPRESSION|AFTER|NEXT` (minutes of a wall clock since 1970) and
`zone NAME|EXPRESSION|AFTER|NEXT` (seconds UTC) around each change of the zone's clock. croniter is
asked about walls alone: what a change does to a time is worked out here, with zoneinfo, by the rule
that kho documents (croniter's own is another).
"""
import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import croniter

EPOCH = datetime(1970, 1, 1)
MINUTE = timedelta(minutes=1)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()
ZONES = """Europe/Berlin Europe/London Europe/Lisbon Europe/Moscow Europe/Istanbul America/New_York
America/Los_Angeles America/St_Johns America/Sao_Paulo America/Havana America/Santiago
Australia/Sydney Australia/Lord_Howe Pacific/Apia Pacific/Auckland Asia/Tehran Asia/Amman
Africa/Casablanca Africa/Cairo Asia/Ho_Chi_Minh""".split()


def item(rng, low, high, words):
    def value(number):
        return rng.choice([words[number - low], str(number)]) if words else str(number)
    kind = rng.random()
    a, b = sorted((rng.randint(low, high), rng.randint(low, high)))
    if kind < 0.5 or a == b:
        return value(a)
    if kind < 0.8:
        return value(a) + "-" + value(b)
    return "%d-%d/%d" % (a, b, rng.randint(1, b - a))


def field(rng, low, high, stars, words=None):
    kind = rng.random()
    if kind < stars:
        return "*"
    if kind < stars + 0.15:
        return "*/%d" % rng.randint(2, high - low)
    return ",".join(item(rng, low, high, words) for _ in range(rng.choice([1, 1, 1, 2, 3])))


def expression(rng):
    day = field(rng, 1, 28, 0.6)
    if rng.random() < 0.05:
        day = "L"
    weekday = field(rng, 0, 6, 0.6, WEEKDAYS)
    if day == "*" and rng.random() < 0.03:
        weekday = "L%d" % rng.randint(0, 6)
    return " ".join([field(rng, 0, 59, 0.2), field(rng, 0, 23, 0.3), day,
                     field(rng, 1, 12, 0.6, MONTHS), weekday])


def minutes(wall):
    return (wall - EPOCH) // MINUTE


def pairs(rng, out, count):
    written = 0
    while written < count:
        text = expression(rng)
        wall = EPOCH + MINUTE * rng.randint(15000000, 40000000)
        walk = croniter(text, wall)
        for _ in range(24):
            after, wall = wall, walk.get_next(datetime)
            out.write("pair %s|%d|%d\n" % (text, minutes(after), minutes(wall)))
            written += 1


def offset(zone, second):
    return int(datetime.fromtimestamp(second, zone).utcoffset().total_seconds())


def changes(zone):
    """The seconds at which the zone's offset changes, 1975 to 2037, found by halving."""
    found, step = [], 86400 * 5
    second = 157766400
    while second < 2114380800:
        low, high = second, second + step
        if offset(zone, low) != offset(zone, high):
            while high - low > 1:
                middle = (low + high) // 2
                if offset(zone, middle) == offset(zone, low):
                    low = middle
                else:
                    high = middle
            found.append(high)
        second += step
    return found


def first_reached(wall, change, before, after):
    """The first second at which the clock shows `wall` (seconds) or later, near one change."""
    return wall - before if wall - before < change else max(change, wall - after)


def around(rng, out, name):
    zone = ZoneInfo(name)
    for change in changes(zone):
        before, after = offset(zone, change - 1), offset(zone, change)
        text = rng.choice(["*/15 * * * *", "30 * * * *", "30 1 * * *", "15 2 * * *", "45 0 * * *",
                           "0 3 * * *", "0,20 1-3 * * *", "30 23 * * *"])
        start = change - rng.choice([5400, 3600, 1800, 60, 1, 0, -1, -60, -1800, -3600])
        wall = EPOCH + timedelta(seconds=start + offset(zone, start) - 26 * 3600)
        walk = croniter(text, wall)
        due = start
        while due <= start:
            due = first_reached((walk.get_next(datetime) - EPOCH) // timedelta(seconds=1), change,
                                before, after)
        out.write("zone %s|%s|%d|%d\n" % (name, text, start, due))


def main():
    rng = random.Random(int(sys.argv[2]))
    with open(sys.argv[1], "w", encoding="ascii") as out:
        pairs(rng, out, 100000)
        for name in ZONES:
            around(rng, out, name)


main()
