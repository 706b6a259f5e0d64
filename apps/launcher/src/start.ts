import { startRegistrar, type Registrar } from './registrar.js';
import { askedToEnd, explain, say, sayFor } from './terminal.js';

// npm start: the whole stack until Ctrl-C.
const asked = askedToEnd();
try {
  const starting = startRegistrar({ env: process.env, say, onLine: sayFor });
  const registrar = await Promise.race([starting, asked]);
  if (typeof registrar === 'string') {
    await starting.then((late) => late.stop()).catch(() => undefined);
  } else {
    welcome(registrar);
    const why = await Promise.race([asked, registrar.failed]);
    const wanted = why.startsWith('SIG');
    say(wanted ? 'Stopping.' : why);
    if (!wanted) process.exitCode = 1;
    await registrar.stop();
  }
} catch (error) {
  process.stderr.write(`registrar: ${explain(error)}\n`);
  process.exitCode = 1;
}

function welcome(registrar: Registrar): void {
  say('');
  say(`Registrar serves at ${registrar.address}  (documentation: ${registrar.address}/docs)`);
  if (registrar.firstStart && registrar.ownerKey !== undefined) {
    say(`Your first API key, shown this once: ${registrar.ownerKey}`);
    say(`It is kept in ${registrar.ownerKeyFile}, readable for you alone.`);
  } else if (registrar.ownerKey === undefined) {
    say(`The owner's API key was written to ${registrar.ownerKeyFile} at the first start, and is not there any more.`);
  } else {
    say(`The owner's API key is in ${registrar.ownerKeyFile}.`);
  }
  say('Ctrl-C stops everything.');
  say('');
}
