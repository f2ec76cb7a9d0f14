#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An agent of the Agent Client Protocol for the tests, which shares no code with relay-acp or an SDK: what a prompt says
is what it does.

acp_agent.py [--load FILE] [--resume FILE] [--version N] [--silent] [--images] [--auth METHOD] [--log FILE] [--after FILE] [--pid FILE]
--load, --resume: keeps what each session was told in FILE, and offers session/load or session/resume. --after: it answers the handshake once FILE exists.
"""
import argparse
import json
import os
import sys
import threading
import time

args = argparse.ArgumentParser()
for name in ('load', 'resume', 'auth', 'log', 'after', 'pid'):
    args.add_argument('--' + name)
args.add_argument('--version', type=int, default=1)
args.add_argument('--silent', action='store_true')
args.add_argument('--images', action='store_true')
args = args.parse_args()

lock = threading.Lock()
sessions = {}  # id: {'cwd', 'cancel': Event}
answers = {}  # id of our request: [Event, response]
told = {}  # what each session was told, kept in --load FILE
released = threading.Event()
memory = args.load or args.resume
if memory and os.path.exists(memory):
    told = json.load(open(memory))


def send(message):
    with lock:
        sys.stdout.write(json.dumps({'jsonrpc': '2.0', **message}) + '\n')
        sys.stdout.flush()


def request(method, params):
    with lock:
        n = 'a%d' % (len(answers) + 1)
        answers[n] = [threading.Event(), None]
    send({'id': n, 'method': method, 'params': params})
    answers[n][0].wait()
    return answers[n][1]


def update(session, what, **members):
    send({'method': 'session/update', 'params': {'sessionId': session, 'update': {'sessionUpdate': what, **members}}})


def say(session, text, **more):
    update(session, 'agent_message_chunk', content={'type': 'text', 'text': text}, **more)


def do_chat(session, rest):
    for part in ('you said: ', rest):
        say(session, part)


def do_tool(session, rest):
    say(session, 'First a look.')
    update(session, 'tool_call', toolCallId='t1', title='Reading  the\nfile', kind='read', status='pending',
           locations=[{'path': '/src/main.c', 'line': 7}])
    update(session, 'tool_call_update', toolCallId='t1', status='completed',
           content=[{'type': 'content', 'content': {'type': 'text', 'text': 'int main;\n```'}}])
    update(session, 'tool_call', toolCallId='t2', title='make', kind='execute', status='in_progress',
           rawInput={'command': 'make -s'})
    update(session, 'tool_call_update', toolCallId='t2', status='failed')
    update(session, 'agent_thought_chunk', content={'type': 'text', 'text': 'secret thoughts'})
    say(session, ' It does not build.')


def do_plan(session, rest):
    for done in ('pending', 'completed'):
        update(session, 'plan', entries=[{'content': 'look', 'priority': 'high', 'status': done},
                                         {'content': 'mend', 'priority': 'low', 'status': 'in_progress'}])
    say(session, 'planned')


def do_ask(session, rest):
    say(session, 'May I?')
    update(session, 'tool_call', toolCallId='t9', title='Removing ' + (rest or 'a file'), kind='delete', status='pending')
    got = request('session/request_permission', {
        'sessionId': session,
        'toolCall': {'toolCallId': 't9', 'rawInput': {'command': 'rm -rf build'}},
        'options': [{'optionId': 'yes/always', 'name': 'Allow it', 'kind': 'allow_once'},
                    {'optionId': 'no', 'name': 'Leave it', 'kind': 'reject_once'}]})
    outcome = got['result']['outcome']
    if outcome['outcome'] == 'selected' and outcome['optionId'] != 'no':
        update(session, 'tool_call_update', toolCallId='t9', status='completed')
    say(session, 'outcome: %s %s' % (outcome['outcome'], outcome.get('optionId', '-')))


def do_wait(session, rest):
    """Until it is cancelled."""
    say(session, 'I wait, pid %d.' % os.getpid())
    sessions[session]['cancel'].wait()
    say(session, ' I stop.')
    return 'cancelled'


def do_hold(session, rest):
    """Until another session says "release"."""
    say(session, 'held')
    released.wait()
    say(session, ' and let go')


def do_release(session, rest):
    say(session, 'released')
    released.set()


def do_die(session, rest):
    os._exit(3)


def do_deaf(session, rest):
    """Never ends, whatever the client says."""
    say(session, 'deaf')
    threading.Event().wait()


def do_read(session, rest):
    path, *more = rest.split(' ')
    params = {'sessionId': session, 'path': path.replace('@', sessions[session]['cwd'])}
    if more:
        params.update(line=int(more[0]), limit=int(more[1]))
    got = request('fs/read_text_file', params)
    say(session, json.dumps(got.get('result') or got['error']))


def do_write(session, rest):
    path, text = rest.split(' ', 1)
    got = request('fs/write_text_file', {'sessionId': session, 'path': path.replace('@', sessions[session]['cwd']),
                                         'content': text})
    say(session, 'written' if 'result' in got else json.dumps(got['error']))


def do_call(session, rest):
    say(session, json.dumps(request(rest, {'sessionId': session}).get('error')))


def do_junk(session, rest):
    with lock:
        sys.stdout.write('npm notice: hello\n{"jsonrpc":"1.0"}\n')
        sys.stdout.flush()
    update(session, 'of_the_future', more=[1])
    send({'method': '_vendor/ping'})
    say(session, 'junk done')


def do_huge(session, rest):
    say(session, 'x' * int(rest))
    say(session, 'huge done')


def do_grow(session, rest):
    """The rest of its text comes once the file exists."""
    say(session, 'word0 ')
    while not os.path.exists(rest):
        time.sleep(0.02)
    for i in range(1, 4):
        say(session, 'word%d ' % i)


def do_blocks(session, rest):
    say(session, json.dumps(sessions[session]['prompt']))


def do_memory(session, rest):
    say(session, 'told: ' + ', '.join(told[session]))


def do_refuse(session, rest):
    return 'refusal'


def do_cwd(session, rest):
    say(session, sessions[session]['cwd'] + ' secret=' + os.environ.get('GATEWAY_RELAY_SECRET', 'none'))


def do_silence(session, rest):
    pass


def prompt(n, params):
    session, blocks = params['sessionId'], params['prompt']
    text = next((b['text'] for b in blocks if b['type'] == 'text'), '')
    sessions[session]['prompt'] = blocks
    told.setdefault(session, []).append(text)
    if memory:
        with open(memory + '.new', 'w') as f:
            json.dump(told, f)
        os.rename(memory + '.new', memory)
    word, _, rest = text.partition(' ')
    if word == 'error':
        send({'id': n, 'error': {'code': -32603, 'message': 'Internal error', 'data': {'details': 'no quota\x1b[31m'}}})
        return
    do = globals().get('do_' + word)
    reason = do(session, rest) if do else do_chat(session, text)
    send({'id': n, 'result': {'stopReason': reason or 'end_turn'}})


def open_session(n, session, params):
    assert os.path.isabs(params['cwd']) and os.path.isdir(params['cwd']) and params['mcpServers'] == []
    sessions[session] = {'cwd': params['cwd'], 'cancel': threading.Event()}


def take(m):
    method, n, params = m.get('method'), m.get('id'), m.get('params', {})
    if method is None:
        answers[n][1] = m
        answers[n][0].set()
    elif method == 'initialize':
        assert params['protocolVersion'] == 1 and not params['clientCapabilities']['terminal']
        can = {'loadSession': bool(args.load), 'promptCapabilities': {'image': args.images}, 'sessionCapabilities': {'resume': {}} if args.resume else {}}
        while args.after and not os.path.exists(args.after):
            time.sleep(0.02)
        if not args.silent:
            send({'id': n, 'result': {'protocolVersion': args.version, 'agentCapabilities': can, 'authMethods': []}})
    elif method == 'authenticate':
        take.auth = params['methodId']
        send({'id': n, 'result': {}})
    elif method == 'session/new' and args.auth and take.auth != args.auth:
        send({'id': n, 'error': {'code': -32000, 'message': 'Authentication required'}})
    elif method == 'session/new':
        session = 's-%s' % os.urandom(4).hex()
        open_session(n, session, params)
        send({'id': n, 'result': {'sessionId': session}})
    elif method in ('session/load', 'session/resume'):
        if params['sessionId'] not in told:
            send({'id': n, 'error': {'code': -32002, 'message': 'Resource not found'}})
            return
        open_session(n, params['sessionId'], params)
        if method == 'session/load':
            for text in told[params['sessionId']]:
                update(params['sessionId'], 'user_message_chunk', content={'type': 'text', 'text': text})
                say(params['sessionId'], 'history of ' + text)
        send({'id': n, 'result': {}})
    elif method == 'session/prompt':
        sessions[params['sessionId']]['cancel'].clear()
        threading.Thread(target=prompt, args=(n, params), daemon=True).start()
    elif method == 'session/cancel':
        sessions[params['sessionId']]['cancel'].set()
    elif n is not None:
        send({'id': n, 'error': {'code': -32601, 'message': 'Method not found'}})


take.auth = None
if args.pid:
    with open(args.pid, 'w') as f:
        f.write(str(os.getpid()))
log = open(args.log, 'a', buffering=1) if args.log else None
for line in sys.stdin:
    if log:
        log.write(line)
    take(json.loads(line))
