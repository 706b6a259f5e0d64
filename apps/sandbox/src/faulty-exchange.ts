import type { ServerResponse } from 'node:http';
import type { Fault } from './fault.js';

/** Spoils one exchange; a twist is the server's own business, and passes. `serve` has the untouched server answer; what it writes is caught on its way out. */
export function spoil(fault: Fault, response: ServerResponse, serve: () => void): void {
  const spoiled = damage(fault, response);
  if (fault.kind === 'reset_after_commit' || fault.kind === 'body' || (fault.after_commit && fault.kind !== 'reset_before')) {
    catchAnswer(response, spoiled);
    serve();
  } else {
    spoiled(serve);
  }
}

/** What happens instead of going on: instead of serving, or instead of sending what was served. */
function damage(fault: Fault, response: ServerResponse): (goOn: () => void) => void {
  switch (fault.kind) {
    case 'delay':
      return (goOn) => void setTimeout(goOn, fault.delay_ms);
    case 'status':
    case 'body':
      return () => {
        answerInstead(fault, response);
      };
    case 'hang':
      return () => undefined;
    case 'reset_before':
    case 'reset_after_commit':
      return () => {
        response.socket?.resetAndDestroy();
      };
    default:
      return (goOn) => {
        goOn();
      };
  }
}

function catchAnswer(response: ServerResponse, then: (send: () => void) => void): void {
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = (...args: unknown[]) => {
    response.end = end;
    then(() => void end(...args));
    return response;
  };
}

function answerInstead(fault: Fault, response: ServerResponse): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const committed = response.statusCode;
  response.writeHead(fault.status ?? (fault.kind === 'body' ? committed : 503), { 'content-type': 'application/json', ...fault.headers });
  response.end(fault.body);
}
