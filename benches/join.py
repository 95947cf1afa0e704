"""The yardstick's work in Python: join.py TASKLIST NETSTAT, to the bytes of join.awk."""

import sys


def endpoint(text):
    address, port = text.rsplit(":", 1)
    return address.strip("[]"), port


def main(tasklist, netstat):
    image, on = {}, False
    for line in open(tasklist, newline=""):
        if line.startswith("="):
            on = True
        elif on and len(line) > 34:
            image[line[26:34].strip()] = line[:25].rstrip()
    image["0"] = ""
    out, snapshot = [], 0
    for line in open(netstat, newline=""):
        words = line.split()
        if not words:
            continue
        if words[0] == "Proto":
            snapshot += 1
        elif words[0] in ("TCP", "UDP"):
            state, pid = (words[3], words[4]) if words[0] == "TCP" else ("", words[3])
            local, port = endpoint(words[1])
            foreign, foreign_port = ("", "") if words[2] == "*:*" else endpoint(words[2])
            cells = (str(snapshot), words[0].lower(), local, port, foreign, foreign_port, state, pid, image.get(pid, ""))
            out.append(",".join(cells))
            if len(out) > 10000:
                sys.stdout.write("\n".join(out) + "\n")
                out.clear()
    if out:
        sys.stdout.write("\n".join(out) + "\n")


main(*sys.argv[1:])
