// SPDX-License-Identifier: MIT
// What a reader sees of a message: its characters, those in code and those behind a spoiler marked as such.
import * as commonmark from 'commonmark';
import discord from 'discord-markdown';
import MarkdownIt from 'markdown-it';

const tables = new MarkdownIt('commonmark').enable('table');
const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

// The text of HTML as a list of characters with their state, without the heads of tables: they may be repeated.
function read(html) {
    let out = '', code = 0, hidden = [], head = 0;
    for (const [token, close, tag, , entity] of html.matchAll(/<(\/?)(\w+)([^>]*)>|&([#\w]+);|[^]/gu)) {
        if (tag) {
            if (tag === 'code')
                code += close ? -1 : 1;
            else if (tag === 'th')
                head += close ? -1 : 1;
            else if (tag === 'span' && close)
                hidden.pop();
            else if (tag === 'span')
                hidden.push(token.includes('d-spoiler'));
            continue;
        }
        const c = entity ? entities[entity] ?? String.fromCodePoint(Number(entity.replace('#x', '0x').replace('#', ''))) : token;
        if (!/\s/.test(c) && !head)
            out += (code ? '\u00ab' : '') + (hidden.includes(true) ? '\u00a7' : '') + c;
    }
    return out;
}

export function visible(dialect, text) {
    if (dialect === 'discord')
        return read(discord.toHTML(text));
    if (/^[ >]*\|[-:| ]+\|\s*$/m.test(text))
        return read(tables.render(text));
    return read(new commonmark.HtmlRenderer().render(new commonmark.Parser().parse(text)));
}
