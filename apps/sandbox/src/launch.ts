import { parseArgs } from 'node:util';
import { LaunchApp } from './launch-app.js';

// The example app as a program: prints its address when ready, and ends on SIGTERM. The API key comes by the environment, not by an argument.
const { values } = parseArgs({
  options: { registrar: { type: 'string' }, application: { type: 'string' }, port: { type: 'string' } },
});
const apiKey = process.env.LAUNCH_API_KEY;
if (apiKey === undefined || values.application === undefined) {
  process.stderr.write('launch: --application app_… and LAUNCH_API_KEY (a key of the role service) are needed.\n');
  process.exit(1);
}
const app = await LaunchApp.start({
  registrar: values.registrar ?? 'http://127.0.0.1:3000',
  apiKey,
  applicationId: values.application,
  port: Number(values.port ?? 0),
});
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void app.stop().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ ready: true, url: app.url })}\n`);
