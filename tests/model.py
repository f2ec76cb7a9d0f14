#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# A second reading of protocol §4 (scope), §5, §6 and §7, compared with the tools on made-up frames.
# model.py decode|v1|scope|descriptor N SEED: prints what differs; status 1 if anything does.
import base64
import json
import os
import random
import re
import subprocess
import sys

WHAT, N, SEED = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
R = random.Random(SEED)


# ---- the model ----

def is_int(v):
    return isinstance(v, int) and not isinstance(v, bool)


def is_text(v):
    return isinstance(v, str) and v != ""


def member(o, name):
    return o.get(name) if isinstance(o, dict) else None


def as_list(v):
    return v if isinstance(v, list) else []


def identifier(v):
    if is_int(v) or isinstance(v, float):
        return json.dumps(v)
    return v if is_text(v) else None


def platform_name(v):
    return re.sub("[A-Z]+", lambda m: m[0].lower(), v.strip()) or None if isinstance(v, str) else None


def first(values, good=is_text):
    return next((v for v in values if good(v)), None)


def flat(v):
    if not isinstance(v, str):
        return ""
    return re.sub(" +", " ", "".join(" " if ord(c) < 0x20 or 0x7f <= ord(c) < 0xa0 or c.isspace() else c for c in v)).strip(" ")


def media_types(event):
    media, urls = event.get("media"), event["media_urls"]
    if media is None:
        own = as_list(event.get("media_types"))
        return [own[i] if i < len(own) and isinstance(own[i], str) else "" for i in range(len(urls))]
    known = {m["url"]: m["mime"] if isinstance(m.get("mime"), str) else ""
             for m in as_list(media) if is_text(member(m, "url"))}
    return [known.get(u, "") if isinstance(u, str) else "" for u in urls]


def message_type(event):
    mimes = as_list(event.get("media_types")) + [member(m, "mime") for m in as_list(event.get("media"))]
    image = any(isinstance(m, str) and m.startswith("image/") for m in mimes) or \
        any(member(m, "kind") == "image" for m in as_list(event.get("media")))
    known = "text location photo video audio voice document sticker command".split()
    given = event.get("message_type")
    return "photo" if given == "image" and image else given if given in known else "text"


def context(entries):
    for e in as_list(entries):
        text, source = flat(member(e, "text")), member(e, "source")
        author = flat(member(source, "user_name")) or flat(identifier(member(source, "user_id")))
        if text:
            yield author + ": " + text if author else text


def canonical(v):
    v = v.strip()
    return v[v.startswith("+"):].split(":")[0].split("@")[0]


def session_key(s, scope):
    profile = s.get("profile") if is_text(s.get("profile")) else "default"
    dm, slot, thread = s["chat_type"] == "dm", s["chat_type"], s["thread_id"]
    chat, who = s["chat_id"], s.get("user_id_alt") or s["user_id"] or ""
    if not dm and not thread and s.get("prospective_thread_id"):
        slot, thread = "thread", s["prospective_thread_id"]
    if s["platform"] == "whatsapp":
        chat, who = canonical(chat) if dm else chat, canonical(who)
    rest = [scope if s["platform"] == "slack" else None, chat]
    rest += [None if chat else who, thread] if dm else [thread, None if thread else who]
    ns = {"default": "main", "main": "main~"}.get(profile, profile)
    return ":".join(["agent", ns, s["platform"], slot] + [x for x in rest if x])


def source(given):
    s = dict(given or {})
    s["platform"] = platform_name(s.get("platform")) or "relay"
    s["chat_id"] = identifier(s.get("chat_id")) or ""
    s["chat_type"] = s["chat_type"] if is_text(s.get("chat_type")) else "dm"
    s.setdefault("chat_name", None)
    s.setdefault("chat_topic", None)
    s["user_id"], s["thread_id"] = identifier(s.get("user_id")), identifier(s.get("thread_id"))
    s["user_name"] = first([s.get("user_display_name"), s.get("user_name"), s.get("user_handle")])
    scope = identifier(s.get("scope_id")) or identifier(s.get("guild_id"))
    s["scope_id"] = s["guild_id"] = scope
    for k in ("scope_id", "guild_id", "user_id_alt", "chat_id_alt", "parent_chat_id", "prospective_thread_id", "message_id"):
        s[k] = identifier(s.get(k))
        if s[k] is None:
            del s[k]
    return s, scope


def inbound(frame):
    event, given = frame.get("event"), member(frame.get("event"), "source")
    if not isinstance(event, dict) or not (given is None or isinstance(given, dict)):
        return None
    e, f = dict(event), dict(frame)
    e["text"] = e["text"] if isinstance(e.get("text"), str) else ""
    e["message_type"] = message_type(e)
    for k in ("message_id", "reply_to_message_id"):
        e[k] = identifier(e.get(k))
    e["media_urls"] = as_list(e.get("media_urls"))
    e["media_types"] = media_types(e)
    if not isinstance(e.get("prompt_response"), dict):
        e.pop("prompt_response", None)
    if e.get("context") is not None or not is_text(e.get("channel_context")):
        e["channel_context"] = "\n".join(context(e.get("context")))
        if not e["channel_context"]:
            del e["channel_context"]
    e["source"], scope = source(given)
    f["event"], f["session_key"] = e, session_key(e["source"], scope)
    if "bufferId" in f:
        f["bufferId"] = identifier(f["bufferId"])
    return f


def words(options):
    for o in as_list(options):
        kind, value = member(o, "type"), member(o, "value")
        if is_int(kind) and kind in (1, 2):
            yield o["name"].strip() if isinstance(o.get("name"), str) else ""
            yield from words(o.get("options"))
        elif isinstance(value, str):
            yield value.strip()
        elif isinstance(value, (bool, int, float)):
            yield json.dumps(value)


def value_text(v):
    if isinstance(v, list):
        return ",".join("" if isinstance(x, list) else value_text(x) for x in v)
    return v if isinstance(v, str) else json.dumps(v) if isinstance(v, (bool, int, float)) else ""


def fields(node):
    """Each (field as sent, its line or None), in the order of the walk."""
    if not isinstance(node, dict):
        return
    if isinstance(node.get("custom_id"), str) and ("value" in node or "values" in node):
        said = node["values"] if isinstance(node.get("values"), list) else node.get("value")
        yield ({k: node[k] for k in ("custom_id", "value", "values") if k in node},
               None if said is None else node["custom_id"] + "=" + value_text(said))
    for child in as_list(node.get("components")):
        yield from fields(child)
    if isinstance(node.get("component"), dict):
        yield from fields(node["component"])


def said(kind, data, message, v1):
    """The event of an interaction, without its source; None: not a message."""
    e, name, custom = {"text": "", "message_type": "text"}, data.get("name"), data.get("custom_id")
    if v1:
        e["text"] = {2: name, 3: custom}.get(kind) if isinstance({2: name, 3: custom}.get(kind), str) else ""
    elif kind == 4:
        return None
    elif kind == 2 and isinstance(name, str) and name.strip():
        e.update(text=" ".join(["/" + name.strip()] + [w for w in words(data.get("options")) if w]), message_type="command")
    elif kind == 3 and isinstance(custom, str):
        e.update(text=custom, interaction={"custom_id": custom})
        if isinstance(data.get("values"), list):
            e["interaction"]["values"] = data["values"]
        token = re.fullmatch("hp1:([A-Za-z0-9_.-]{1,32}):([A-Za-z0-9_.-]{1,32})", custom)
        if token:
            e.update(text="/" + token[2], message_type="command", prompt_response={
                "prompt_id": token[1], "option_id": token[2], "prompt_message_id": identifier(member(message, "id"))})
    elif kind == 5:
        all_fields = list(fields(data))
        e["text"] = "\n".join(line for _, line in all_fields if line is not None)
        if isinstance(custom, str):
            e["interaction"] = {"custom_id": custom, "fields": [sent for sent, _ in all_fields]}
    return e


def place(body, profile, v1):
    guild, person, user = identifier(body.get("guild_id")), body.get("member"), body.get("user")
    inner, channel = member(person, "user"), body.get("channel")
    s = {"chat_id": body.get("channel_id"), "scope_id": body.get("guild_id"), "message_id": body.get("id"),
         "user_id": identifier(member(inner, "id")) or identifier(member(user, "id"))}
    if v1:
        s.update(platform="relay", chat_type="channel" if guild else "dm",
                 user_name=first([member(inner, "username"), member(user, "username")]))
        return s
    thread = guild and is_int(member(channel, "type")) and channel["type"] in (10, 11, 12)
    s.update(platform="discord", chat_type="thread" if thread else "group" if guild else "dm", user_name=first(
        [member(person, "nick") if guild else None] +
        [member(who, k) for who in (inner, user) for k in ("global_name", "username")]))
    if thread:
        s.update(thread_id=body.get("channel_id"), parent_chat_id=member(channel, "parent_id"))
    if is_text(profile):
        s["profile"] = profile
    return s


def forward(frame, v1):
    given = frame.get("forward")
    if platform_name(member(given, "platform")) != "discord":
        return None
    body = json.loads(base64.b64decode(given["bodyB64"]))
    if not isinstance(body, dict):
        return None
    data, kind = body.get("data"), body.get("type")
    e = said(kind if is_int(kind) else None, data if isinstance(data, dict) else {}, body.get("message"), v1)
    if e is None:
        return None
    e["source"] = place(body, given.get("profile"), v1)
    f = {k: v for k, v in frame.items() if k != "forward"}
    f.update(type="inbound", event=e)
    if not v1 and identifier(given.get("botId")):
        f["botId"] = identifier(given["botId"])
    return inbound(f)


class Scope:
    def __init__(self):
        self.records, self.newest, self.bots = {}, {}, {}

    def hello(self, f):
        name = platform_name(f["platform"])
        self.bots[name] = self.bots.get(name) or identifier(f["botId"])

    def learn(self, f):
        s = f["event"]["source"]
        chat, name = identifier(s.get("chat_id")), platform_name(s.get("platform"))
        if chat is None:
            return
        named = name not in (None, "relay")
        name = name if named else self.newest.get(chat)
        values = {"scope_id": identifier(s.get("scope_id")) or identifier(s.get("guild_id")),
                  "user_id": identifier(s.get("user_id")), "profile": s["profile"] if is_text(s.get("profile")) else None}
        values = {k: v for k, v in values.items() if v is not None}
        if named:
            self.newest[chat] = name
        if named or values:
            self.records.setdefault((chat, name), {}).update(values)

    def record(self, chat, given):
        name = given if given not in (None, "relay") else self.newest.get(chat)
        known = (chat, name) in self.records
        return (name if known else None), self.records.get((chat, name if known else None), {})

    def stamp(self, f):
        """Stamps an outbound frame or an action, in place."""
        a, given = f.get("action", f), platform_name(f.get("platform"))
        name, addressed = None, a.pop("addressed", False)
        if a["op"] == "follow_up":
            name = (platform_name(a["kind"]) or "").split(".")[0]
            name = name if name and name in self.bots else None
        elif not addressed and identifier(a.get("chat_id")):
            name, record = self.record(identifier(a["chat_id"]), given)
            has = a.get("metadata") or {}
            lacks = [k for k in record if has.get(k) in (None, "")]
            if has.get("guild_id") not in (None, ""):
                lacks = [k for k in lacks if k != "scope_id"]
            for k in lacks:
                a["metadata"] = has
                has[k] = record[k]
                if k == "scope_id":
                    has["guild_id"] = record[k]
        if f.get("platform") in (None, "") and name:
            f["platform"] = name
        bot = self.bots.get(platform_name(f.get("platform")))
        if bot and f.get("botId") in (None, ""):
            f["botId"] = bot


REQUIRED = {"contract_version": int, "platform": str, "label": str, "max_message_length": None,
            "supports_draft_streaming": bool, "supports_edit": bool, "supports_threads": bool, "markdown_dialect": str,
            "len_unit": str}
OTHERWISE = {"emoji": "🔌", "platform_hint": "", "pii_safe": False, "supports_context": False,
             "supports_inchannel_continuable": False, "supports_block_formatting": False, "supported_ops": []}


def descriptor(d):
    if not isinstance(d, dict) or any(k not in d or (t and type(d[k]) is not t) for k, t in REQUIRED.items()):
        return None
    out = {k: d[k] for k in REQUIRED}
    most = d["max_message_length"]
    if isinstance(most, str) and re.fullmatch(r"\+?[0-9]+", most.strip(), re.ASCII):
        most = int(most.strip())
    out["max_message_length"] = most if is_int(most) and most > 0 else 4096
    out.update({k: d[k] if type(d.get(k)) is type(v) else v for k, v in OTHERWISE.items()})
    out["supported_ops"] = [o for o in out["supported_ops"] if is_text(o)]
    return out


# ---- made-up frames ----

WORDS = ["", "a", "42", " x ", "default", "main", "dm", "group", "thread", "Discord ", "discord", " TELEGRAM", "slack", "whatsapp",
         "relay", "+49123:4@s.net", "é", "\u200b", "a\nb", "a\tb\u0000c", "👩‍👩‍👧", "hp1:a:b", "hp1:a:b:c", "hp1::b", "text", "image",
         "image/png", "u1", "u2", "\\", '"', "\u00a0"]


def word():
    return R.choice(WORDS)


def value():
    return R.choice([None, True, False, 0, 7, 123456789012345678901234567890, -3, 1.5, [], {}, [word()], {"a": word()}] +
                    [word() for _ in range(14)])


def some(chance, **makers):
    """An object with some of the members, in any order."""
    names = list(makers)
    R.shuffle(names)
    return {k: makers[k]() for k in names if R.random() < chance}


def or_any(make, chance=0.9):
    return make() if R.random() < chance else value()


def several(make, most=4):
    return [make() for _ in range(R.randrange(most))]


def made_source():
    names = "platform chat_id chat_type chat_name chat_topic user_id thread_id user_name user_display_name user_handle scope_id " \
        "guild_id user_id_alt chat_id_alt parent_chat_id prospective_thread_id message_id profile extra"
    return some(0.5, **{k: R.choice([word, word, value]) for k in names.split()})


def made_event():
    entry = lambda: or_any(lambda: some(0.8, text=value, source=lambda: or_any(lambda: some(0.7, user_name=value, user_id=value))))
    medium = lambda: or_any(lambda: some(0.8, url=word, mime=value, kind=word))
    return some(0.6, text=value, message_type=value, source=lambda: or_any(made_source), message_id=value,
                reply_to_message_id=value, media_urls=lambda: or_any(lambda: several(word)),
                media=lambda: or_any(lambda: several(medium)), media_types=lambda: or_any(lambda: several(value)),
                context=lambda: or_any(lambda: several(entry)), channel_context=value, prompt_response=value, more=value)


def made_options(depth=0):
    inner = value if depth == 3 else lambda: made_options(depth + 1)
    return or_any(lambda: several(lambda: or_any(lambda: some(
        0.8, type=lambda: R.choice([1, 2, 3, 4, "1"]), name=value, value=value, options=inner))))


def made_component(depth=0):
    deeper = {} if depth == 3 else {"components": lambda: several(lambda: made_component(depth + 1), 3),
                                    "component": lambda: made_component(depth + 1)}
    return some(0.6, type=lambda: R.choice([1, 4, 18]), custom_id=value, value=value,
                values=lambda: or_any(lambda: several(value)), **deeper)


def made_body():
    user = lambda: or_any(lambda: some(0.8, id=value, username=value, global_name=value))
    data = lambda: some(0.7, name=value, options=made_options, custom_id=value, values=value,
                        components=lambda: several(made_component, 3))
    return some(0.8, type=lambda: R.choice([1, 2, 2, 3, 3, 4, 5, 5, "2", 99]), id=value, channel_id=value, guild_id=value,
                data=lambda: or_any(data), member=lambda: or_any(lambda: some(0.8, user=user, nick=value)), user=user,
                channel=lambda: or_any(lambda: some(0.9, type=lambda: R.choice([0, 10, 11, 12, "11"]), parent_id=value)),
                message=lambda: or_any(lambda: some(0.8, id=value)))


def made_delivery(n):
    f = {"n": n, **some(0.3, bufferId=lambda: R.choice(["b", "", None, 7]), session_key=value)}
    if R.random() < 0.5:
        return {"type": "inbound", "event": or_any(made_event, 0.95), **f}
    body = base64.b64encode(json.dumps(or_any(made_body, 0.97), ensure_ascii=R.random() < 0.5).encode()).decode()
    return {"type": "passthrough_forward", **f, "forward": {
        "platform": R.choice(["discord"] * 9 + [" Discord", "slack", None]), "bodyB64": body, **some(0.5, profile=value, botId=value)}}


def made_scope_frame(n):
    ids = lambda: R.choice(["g1", "g2", "", None, 'x"y', 7])
    names = lambda: R.choice(["discord", "Telegram ", "slack", "relay", None, ""])
    chats = lambda: R.choice(["1", "2", "a\\b", "é", "", 42, "42"])
    if R.random() < 0.5:
        return {"type": "inbound", "n": n, "event": {"source": some(
            0.6, platform=names, chat_id=chats, scope_id=ids, guild_id=ids, user_id=ids, profile=ids)}}
    a = {"op": R.choice(["send", "send", "typing", "follow_up", "odd"]), "kind": R.choice(["discord.x", "slack.y.z", "odd.x", ".x", ""])}
    a.update(some(0.7, chat_id=chats, metadata=lambda: some(0.4, scope_id=ids, guild_id=ids, user_id=ids, profile=ids, more=value)))
    a.update(some(0.1, addressed=lambda: True))
    top = some(0.3, platform=names, botId=lambda: R.choice(["b", ""]))
    return {"n": n, **a, **top} if R.random() < 0.5 else {"type": "outbound", "n": n, "action": a, **top}


def made_descriptor(n):
    d = {"contract_version": 1, "platform": "p", "label": "P", "max_message_length": 2000, "supports_draft_streaming": False,
         "supports_edit": True, "supports_threads": True, "markdown_dialect": "d", "len_unit": "chars"}
    odd = [None, True, 0, 1, -1, "2000", " 12 ", "+5", "-3", "0", "1e3", 2.5, "x", "", [], ["send", "", 1], {}, "10_0", "１２", 10**30]
    for k in R.sample(list(REQUIRED) + list(OTHERWISE) + ["more"], R.randrange(4)):
        d[k] = R.choice(odd)
        if R.random() < 0.2:
            del d[k]
    return {"type": "descriptor", "n": n, "descriptor": or_any(lambda: d, 0.97)}


# ---- the comparison ----

def run(command, frames):
    text = "".join(json.dumps(f, ensure_ascii=R.random() < 0.5) + "\n" for f in frames)
    done = subprocess.run(command, input=text.encode(), capture_output=True)
    assert done.returncode in (0, 65, 76), done
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def decoded(v1):
    frames = [made_delivery(n) for n in range(N)]
    got = run(["relay-decode", "-q"] + (["--interactions", "v1"] if v1 else []), frames)
    messages = [g for g in got if g["type"] != "inbound_ack"]
    assert run(["relay-decode", "-q"], messages) == messages
    return frames, messages, [inbound(f) if f["type"] == "inbound" else forward(f, v1) for f in frames]


def scoped():
    """Uses two runs, so that the second knows the chats from the state file."""
    hellos = [{"type": "hello", "platform": p, "botId": b} for p, b in (("Discord", "d1"), ("discord", "d2"), ("slack", ""))]
    frames, model = [made_scope_frame(n) for n in range(N)], Scope()
    got = []
    for part in (frames[:N // 2], frames[N // 2:]):
        got += run(["relay-scope", "-s", "model.state"], hellos + part)[len(hellos):]
    want = json.loads(json.dumps(frames))
    for h in hellos:
        model.hello(h)
    for f in want:
        if f.get("type") == "inbound":
            model.learn(f)
        else:
            model.stamp(f)
    os.unlink("model.state")
    return frames, got, want


def described():
    frames = [made_descriptor(n) for n in range(N)]
    got = run(["relay-handshake", "-q", "-p", "p"], frames)[1:]
    forms = [descriptor(f["descriptor"]) for f in frames]
    return frames, got, [d and {"type": "descriptor", "n": n, "descriptor": d} for n, d in enumerate(forms)]


frames, got, want = {"decode": lambda: decoded(False), "v1": lambda: decoded(True), "scope": scoped, "descriptor": described}[WHAT]()
got = {g["n"]: g for g in got}
wrong = [n for n in range(N) if got.get(n) != want[n]]
for n in wrong[:5]:
    print("in:  ", json.dumps(frames[n]), "\nwant:", json.dumps(want[n]), "\ngot: ", json.dumps(got.get(n)))
    if "forward" in frames[n]:
        print("body:", base64.b64decode(frames[n]["forward"]["bodyB64"]).decode())
print(WHAT, "seed", SEED, "differ:", len(wrong), "of", N)
sys.exit(bool(wrong))
