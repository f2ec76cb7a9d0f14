// SPDX-License-Identifier: MIT
// Made-up answers, by kind. Each maker takes the longest part and returns a text of several parts.
let state = 1;
export function seed(n) { state = n * 2654435761 % 4294967296 || 1; }
function below(n) {
    state ^= state << 13; state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5; state >>>= 0;
    return state % n;
}
const pick = list => list[below(list.length)];
const times = (n, f) => Array.from({ length: n }, (_, i) => f(i));

const WORDS = 'the of system value then which returns a list and so on until every client that asked has its answer ready \
for use in production, naturally; while nobody looks after it we keep trying. Is that so? Yes! Größe naïve 漢字 héllo'.split(' ');
const words = n => times(n, () => pick(WORDS)).join(' ');
const sentence = () => words(4 + below(9)) + pick(['.', '.', '!', '?', ':']);
const paragraph = () => times(1 + below(4), sentence).join(' ');
const soft = () => times(1 + below(4), sentence).join(pick([' ', '\n']));
const lang = () => pick(['', 'py', 'js', 'sh', 'c', 'json']);
const code = n => times(n, i => pick([`x = f(${i})`, `    y[${i}] += 1`, 'if (a && b) {', '}', `print("${words(2)}")`, '# note', '', '- item', '> out', 'a | b', '*p = **q;', '_x_ = __y__']));
const lines = n => code(n).map((l, i) => l || `row(${i})`);
const around = (make, n = 3) => times(n + below(4), () => [paragraph(), make()].join(pick(['\n\n', '\n']))).join('\n\n') + '\n\n' + paragraph();
const within = make => times(6 + below(10), () => words(2 + below(8)) + ' ' + make()).join(' ') + ' ' + words(3) + '.';
const indent = (s, by) => s.split('\n').map(l => by + l).join('\n');
const size = max => 2 + below(Math.ceil(max / 8));

export const kinds = {
    prose: () => times(4 + below(6), soft).join('\n\n'),
    fence: max => around(() => '```' + lang() + '\n' + code(size(max)).join('\n') + '\n```'),
    'eol-close': max => around(() => '```' + lang() + '\n' + lines(size(max)).join('\n') + '```'),
    middle: max => around(() => words(3) + ' ```' + lines(1 + below(3)).join('\n') + '``` ' + words(4)),
    tilde: max => around(() => '~~~' + lang() + '\n' + code(size(max)).join('\n') + '\n~~~'),
    'long-fence': max => around(() => '````' + lang() + '\n' + code(size(max)).concat('```').join('\n') + '\nz\n````'),
    'list-fence': max => times(3, () => '- ' + sentence() + '\n- ```' + lang() + '\n' + indent(lines(size(max)).join('\n'), '  ') + '\n  ```\n- ' + sentence()).join('\n'),
    'num-fence': max => times(4, i => `${i + 8}. ` + sentence() + '\n' + indent('```' + lang() + '\n' + lines(size(max)).join('\n') + '\n```', i ? '    ' : '   ')).join('\n') + '\n\n' + paragraph(),
    'deep-fence': max => times(3, () => '- ' + sentence() + '\n  - ' + sentence() + '\n\n' + indent('```' + lang() + '\n' + lines(size(max)).join('\n') + '\n```', '    ') + '\n  - ' + sentence()).join('\n'),
    'quote-fence': max => times(3, () => '> ' + sentence() + '\n' + indent('```' + lang() + '\n' + lines(size(max)).join('\n') + '\n```', '> ') + '\n> ' + sentence()).join('\n\n'),
    quote: () => times(4, () => indent(times(1 + below(3), paragraph).join('\n'), '> ')).join('\n\n' + paragraph() + '\n\n'),
    literal: max => around(() => '\n' + indent('```' + lang() + '\n' + lines(size(max)).join('\n') + pick(['', '\n```']), '    ') + '\n'),
    indented: max => around(() => '\n' + indent(lines(size(max)).join('\n'), '    ') + '\n'),
    open: max => paragraph() + '\n\n' + paragraph() + '\n```' + lang() + '\n' + lines(size(max) * 3).join('\n'),
    lists: () => times(8 + below(8), () => times(1 + below(3), d => '  '.repeat(d) + '- ' + sentence()).join('\n')).join('\n'),
    numbers: () => times(8 + below(8), i => `${i + 1}. ${sentence()}\n   - ${sentence()}\n     - ${sentence()}\n\n     ${paragraph()}`).join('\n'),
    heading: () => times(5 + below(4), () => '#'.repeat(1 + below(3)) + ' ' + words(3) + '\n\n' + paragraph() + pick(['', '\n' + words(3) + '\n===\n' + soft()])).join('\n\n'),
    table: () => paragraph() + '\n\n| name | value |\n|------|:-----|\n' + times(12 + below(20), i => `| ${words(1)} ${i} | ${words(3)} |`).join('\n') + '\n\n' + paragraph(),
    spoiler: () => within(() => '||' + words(3 + below(10)) + '||'),
    secret: max => words(8) + ' ||' + words(Math.ceil(max / 3)) + '|| ' + words(9),
    inline: () => within(() => '`' + pick(['', '`a` ']).slice(0, 0) + words(2 + below(6)) + '`'),
    ticks: () => within(() => '``' + words(2) + ' `' + words(2) + '` x ``'),
    bold: () => within(() => { const m = pick(['**', '*', '__', '***', '~~']); return m + words(2 + below(6)).replace(/[.,;?!]/g, '') + m; }),
    link: () => within(() => pick(['', '!']) .slice(0, 0) + '[' + words(2 + below(6)) + '](https://example.org/' + words(2).replace(/\W/g, '') + ')'),
    nested: () => within(() => '**' + words(2) + ' *' + words(2 + below(3)).replace(/[.,;?!]/g, '') + '* `' + words(2) + '` ' + words(1).replace(/[.,;?!]/g, 'x') + '**'),
    'long-bold': max => words(8) + ' **' + words(Math.ceil(max / 3)).replace(/[.,;?!]+$/, '') + '** ' + words(9),
    'long-code': max => words(8) + ' `' + words(Math.ceil(max / 3)) + '` ' + words(9),
    'spoiled-code': max => around(() => '||' + words(3) + '\n```' + lang() + '\n' + code(size(max)).join('\n') + '\n```\n' + words(2) + '||'),
    escapes: () => within(() => pick(['\\*no\\*', '\\`no\\`', '2 * 3 * 4', 'a_b_c', 'snake_case_name', '5 > 3', '# 1', '1. a', '- b', 'x | y', '\\|\\|', '<https://a.example/b_c_d>', 'https://a.example/x_y_z?q=1*2*3', '**', '`', '||', '~~', '![i](u)', '[x]', '<b>bold</b>', '&amp;'])),
    touching: () => within(() => pick(['(', '"', '', 'x']) + pick(['**', '*', '`', '||', '~~']) .repeat(1).replace(/^(.*)$/, m => m + words(2 + below(5)).replace(/[.,;?!]/g, '') + m) + pick([')', '",', '.', ''])),
    'quote-list': () => times(4, () => indent(times(4 + below(5), d => '  '.repeat(d % 3) + '- ' + sentence()).join('\n'), '> ')).join('\n\n' + paragraph() + '\n\n'),
    'list-quote': () => times(6, () => '- ' + sentence() + '\n\n  > ' + sentence() + '\n  > ' + paragraph() + '\n\n  ' + paragraph()).join('\n'),
    'deep-quote': () => times(4, () => '> ' + sentence() + '\n> > ' + paragraph() + '\n> > ' + sentence() + '\n>\n> ' + paragraph()).join('\n\n'),
    'list-code': max => times(4, () => '- ' + sentence() + '\n\n' + indent(lines(size(max)).join('\n'), '      ') + '\n\n  ' + paragraph()).join('\n'),
    tabs: max => times(4, () => '-\t' + sentence() + '\n\n\t' + paragraph() + '\n\n\t```' + lang() + '\n' + indent(lines(size(max)).join('\n'), '\t') + '\n\t```\n\n\t-\t' + sentence()).join('\n'),
    crlf: max => around(() => '```' + lang() + '\n' + code(size(max)).join('\n') + '\n```').replace(/\n/g, '\r\n'),
    'quote-bold': () => times(4, () => indent(times(2, () => words(4) + ' **' + words(6 + below(20)).replace(/[.,;?!]/g, '') + '** ' + words(3) + ' `' + words(4) + '`.').join('\n'), '> ')).join('\n\n' + paragraph() + '\n\n'),
    'list-bold': () => times(6, i => (i % 2 ? '- ' : i + '. ') + words(4) + ' **' + words(6 + below(20)).replace(/[.,;?!]/g, '') + '** ' + words(3) + ' `' + words(14) + '`.').join('\n'),
    rows: () => '- ' + sentence() + '\n\n  | name | value |\n  |------|-----|\n' + times(12 + below(20), i => `  | ${words(1)} ${i} | \`${words(2)}\` |`).join('\n') + '\n\n' + paragraph(),
    html: max => times(3, () => '<details>\n<summary>' + words(4) + '</summary>\n\n' + paragraph() + '\n\n```' + lang() + '\n' + code(size(max)).join('\n') + '\n```\n\n</details>\n\n<div align="center">\n' + times(3, () => words(12)).join('\n') + ' <br> ' + words(20) + '\n</div>').join('\n\n'),
    steps: max => times(5, i => `${i + 1}. ${sentence()}\n` + '```' + lang() + '\n' + lines(size(max)).join('\n') + '\n```').join('\n') + '\n' + paragraph(),
    tasks: () => times(20, i => '- [' + pick([' ', 'x']) + '] ' + pick(['**', '`', '']).replace(/^(.*)$/, m => m + words(2 + below(5)).replace(/[.,;?!]/g, '') + m) + ' ' + words(3)).join('\n'),
    breaks: () => times(12, () => sentence() + pick(['  ', '\\', '']) ).join('\n') + '\n\n' + paragraph() + '\n\n* * *\n\n' + paragraph(),
    attributes: max => around(() => '```' + pick(['py', 'js']) + ' ' + pick(['title="a b"', '{1,3}', 'linenums=1']) + '\n' + lines(size(max)).join('\n') + '\n```'),
    'fence-in-item': max => times(4, () => '* ' + sentence() + '\n  ' + paragraph() + '\n\n  ````' + lang() + '\n' + indent(lines(size(max)).join('\n'), '  ') + '\n  ```\n  x\n  ````\n\n  ' + paragraph()).join('\n'),
    wide: () => paragraph() + '\n\n| a | b |\n|---|---|\n' + times(6, () => '| ' + words(20) + ' | ' + words(30) + ' |').join('\n') + '\n\n' + paragraph(),
    mixed: max => times(8, () => pick(Object.keys(kinds).filter(k => !['mixed', 'open', 'secret', 'long-bold', 'long-code', 'literal', 'escapes', 'touching'].includes(k)))).map(k => kinds[k](max)).join('\n\n'),
};
