// Makes an AES key in a token of SoftHSM, as an operator's tool would, in a process of its own.
// Usage: SOFTHSM2_CONF=… node softhsm-key.mjs MODULE TOKEN PIN LABEL ID [extractable] [readable] [short]
import koffi from 'koffi';

const [path, token, pin, label, id, ...flags] = process.argv.slice(2);
const library = koffi.load(path, { deep: true });
const kept = [];
const memory = (bytes) => {
  kept.push(bytes);
  return koffi.address(bytes);
};
const words = (...values) => {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), index * 8));
  return bytes;
};
const call = (name, ...given) => {
  const kinds = given.map((one) => (typeof one === 'number' ? 'unsigned long' : 'uintptr_t'));
  const answer = library.func(name, 'unsigned long', kinds)(...given);
  if (Number(answer) !== 0) throw new Error(`${name} answered 0x${Number(answer).toString(16)}`);
};
const out = (length = 8) => {
  const bytes = Buffer.alloc(length);
  return { at: memory(bytes), bytes, number: () => Number(bytes.readBigUInt64LE()) };
};

call('C_Initialize', 0n);
const [count, slots, info, session, key] = [out(), out(512), out(208), out(), out()];
count.bytes.writeBigUInt64LE(64n);
call('C_GetSlotList', 1, slots.at, count.at);
const slot = Array.from({ length: count.number() }, (_, n) => Number(slots.bytes.readBigUInt64LE(n * 8))).find((one) => {
  call('C_GetTokenInfo', one, info.at);
  return info.bytes.subarray(0, 32).toString().trimEnd() === token;
});
call('C_OpenSession', slot, 6, 0n, 0n, session.at);
call('C_Login', session.number(), 1, memory(Buffer.from(pin)), pin.length);
const [yes, no] = [Buffer.of(1), Buffer.of(0)];
const attributes = [
  [0x01, yes],
  [0x02, yes],
  [0x103, flags.includes('readable') ? no : yes],
  [0x162, flags.includes('extractable') ? yes : no],
  [0x104, yes],
  [0x105, yes],
  [0x161, words(flags.includes('short') ? 16 : 32)],
  [0x03, Buffer.from(label)],
  [0x102, Buffer.from(id, 'hex')],
];
const template = words(...attributes.flatMap(([type, value]) => [type, memory(value), value.length]));
call('C_GenerateKey', session.number(), memory(words(0x1080, 0, 0)), memory(template), attributes.length, key.at);
call('C_Finalize', 0n);
