const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The names seen so far in each open object; undefined for an open array. */
type Open = (Set<string> | undefined)[];

/**
 * One pass over a text that `JSON.parse` will read afterwards: what that function would accept without a word. It need not
 * find broken JSON, only be right about JSON that is whole, so it looks at brackets, commas and strings and skips the rest.
 */
export function scanJson(text: string, maxDepth: number): 'too_deep' | 'duplicate_member' | 'proto_member' | 'not_json' | undefined {
  const open: Open = [];
  let expectsName = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT:
      case OPEN_LIST: {
        if (open.length >= maxDepth) return 'too_deep';
        expectsName = text.charCodeAt(at) === OPEN_OBJECT;
        open.push(expectsName ? new Set() : undefined);
        break;
      }
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        open.pop();
        expectsName = false;
        break;
      case COMMA:
        expectsName = open.at(-1) !== undefined;
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        if (end < 0) return 'not_json';
        const refusal = expectsName ? nameRefusal(text.slice(at, end + 1), open.at(-1)) : undefined;
        if (refusal !== undefined) return refusal;
        expectsName = false;
        at = end;
        break;
      }
      default:
    }
  }
  return undefined;
}

function nameRefusal(literal: string, names: Set<string> | undefined): 'duplicate_member' | 'proto_member' | 'not_json' | undefined {
  const name = literal.includes('\\') ? unescaped(literal) : literal.slice(1, -1);
  if (name === undefined) return 'not_json';
  if (name === '__proto__') return 'proto_member';
  if (names?.has(name) === true) return 'duplicate_member';
  names?.add(name);
  return undefined;
}

// "client\u005fid" is client_id: names are compared as they will be read.
function unescaped(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}

/** The position of the quote that ends the string which begins at `start`, or -1. Runs of backslashes are counted once each. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
  }
  return -1;
}
