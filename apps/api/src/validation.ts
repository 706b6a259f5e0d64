import { StandardSchemaValidationPipe, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import type { FieldProblem } from '@registrar/problem';
import type { z } from 'zod';
import { apiProblem } from './api.problems.js';
import { escaped } from './json-body.js';

type Issue = Partial<z.core.$ZodIssue> & { readonly message: string; readonly path?: readonly unknown[] | undefined };
const MAX_ERRORS = 50;

/** Checks body and query by the zod schema that stands at the parameter; what it complains about becomes errors with pointers. */
export class ValidationPipe implements PipeTransform {
  readonly #pipes = {
    body: pipe('api.invalid_body'),
    query: pipe('api.invalid_query'),
    param: pipe('api.id_unknown'),
    other: pipe('api.invalid_header'),
  };

  transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type } = metadata;
    const chosen = type === 'body' || type === 'query' || type === 'param' ? this.#pipes[type] : this.#pipes.other;
    return chosen.transform(value === undefined && type === 'body' ? {} : value, metadata);
  }
}

function pipe(code: Parameters<typeof apiProblem>[0]): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => apiProblem(code, code === 'api.id_unknown' ? {} : { errors: fieldProblems(issues as readonly Issue[]) }),
  });
}

/** zod's issues as pointers (RFC 6901), one for each unknown member. */
export function fieldProblems(issues: readonly Issue[]): FieldProblem[] {
  return issues
    .flatMap((issue) => {
      const pointer = (issue.path ?? []).map((part) => `/${escaped(String(part))}`).join('');
      if (issue.code === 'unrecognized_keys')
        return (
          issue.keys?.map((key) => ({ pointer: `${pointer}/${escaped(key)}`, code: 'unknown_member', detail: 'Is not known here.' })) ?? []
        );
      return [{ pointer, code: codeOf(issue), detail: issue.message }];
    })
    .slice(0, MAX_ERRORS);
}

function codeOf(issue: Issue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'required';
  if (issue.code === 'custom' && typeof issue.params?.['code'] === 'string') return issue.params['code'];
  return issue.code ?? 'invalid';
}
