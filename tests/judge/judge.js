// SPDX-License-Identifier: MIT
// node judge.js [RELAY-SEND [ANSWERS [SEED [KIND]]]]: splits made-up answers and renders the whole text and its parts
// as the reader's platform does. What a reader sees must be the same: each character, in code or not, hidden or not.
// White space does not count. Prints a table of kinds and dialects: answers that differ. Exit status 1 if any does.
import { spawnSync } from 'node:child_process';
import { kinds, seed } from './answers.js';
import { visible } from './visible.js';

const [send = '../../build/bin/relay-send', count = '500', start = '1', only] = process.argv.slice(2);
const limits = [90, 160, 280, 600];
const dialects = ['discord', 'commonmark'];

function descriptor(dialect, max) {
    return { type: 'descriptor', descriptor: { contract_version: 1, platform: `p${max}`, label: 'x', markdown_dialect: dialect,
        len_unit: 'utf16', max_message_length: max, supports_draft_streaming: false, supports_edit: true, supports_threads: true } };
}

function split(dialect, texts) {
    const lines = limits.map(max => descriptor(dialect, max));
    texts.forEach((content, i) => lines.push({ op: 'send', chat_id: String(i), platform: `p${limits[i % limits.length]}`, content }));
    const run = spawnSync(send, [], { input: lines.map(JSON.stringify).join('\n') + '\n', maxBuffer: 1 << 30 });
    if (run.status)
        throw new Error(`${send}: ${run.stderr}`);
    const parts = texts.map(() => []);
    for (const line of run.stdout.toString().split('\n').filter(Boolean)) {
        const frame = JSON.parse(line);
        if (frame.action)
            parts[frame.action.chat_id].push(frame.action.content);
    }
    return parts;
}

const strip = s => s.replace(/\s|\u0085/g, '');
let wrong = 0;
console.log(['kind'.padEnd(12), ...dialects.map(d => d.padStart(11))].join(''));
for (const [kind, make] of Object.entries(kinds)) {
    if (only && kind !== only)
        continue;
    const row = dialects.map(dialect => {
        seed(Number(start));
        const texts = Array.from({ length: Number(count) }, (_, i) => make(limits[i % limits.length]));
        let bad = 0;
        split(dialect, texts).forEach((parts, i) => {
            const max = limits[i % limits.length], long = parts.some(p => p.length > max);
            const whole = visible(dialect, texts[i]);
            const got = parts.map(p => visible(dialect, p)).join('');
            if (long || strip(whole) !== strip(got)) {
                bad++;
                if (process.env.SHOW)
                    console.log(JSON.stringify({ kind, dialect, max, long, text: texts[i], parts, whole, got }, null, 1));
            }
        });
        wrong += bad;
        return bad;
    });
    console.log([kind.padEnd(12), ...row.map(n => String(n).padStart(11))].join(''));
}
process.exitCode = wrong ? 1 : 0;
