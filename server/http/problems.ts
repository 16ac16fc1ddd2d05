import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { PROBLEMS, type ProblemCode, type ProblemDocument, ProblemError } from '#contract/wire/errors.ts';

/** Where Fastify and its plugins refuse by themselves, and what we call it. Codes not listed fall back to their status. */
const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  // Their own sentences repeat the address as it was sent, tokens in it and all.
  FST_ERR_BAD_URL: 'malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'too_large',
  FST_REQ_FILE_TOO_LARGE: 'too_large',
  FST_PARTS_LIMIT: 'too_large',
  FST_FILES_LIMIT: 'too_large',
  FST_FIELDS_LIMIT: 'too_large',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'unsupported_type',
};

const STATUS_CODES: Readonly<Record<number, ProblemCode>> = {
  404: 'not_found',
  413: 'too_large',
  415: 'unsupported_type',
  422: 'invalid',
  429: 'too_fast',
  503: 'stopping',
};

type Finding = NonNullable<FastifyError['validation']>[number];

export type Issue = { readonly path: string; readonly message: string };

type Form = readonly z.core.$ZodIssue[];
const isRightAsWhole = (form: Form): boolean => form.every(({ path }) => path.length > 0);
const isOfThatType = (form: Form): boolean =>
  !form.some(({ path, code }) => path.length === 0 && code === 'invalid_type');

/**
 * Of something that may have several forms, what is wrong with the one it comes closest to: where it is not wrong as a whole, or
 * at least of the type.
 */
const closestOf = (issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] => {
  if (issue.code !== 'invalid_union') return [issue];
  const closest = issue.errors.find(isRightAsWhole) ?? issue.errors.find(isOfThatType) ?? issue.errors[0];
  if (closest === undefined) return [issue];
  return closest.flatMap((inner) => closestOf({ ...inner, path: [...issue.path, ...inner.path] }));
};

/** Zod's findings as the wire shows them: `lines.3.quantity`. */
const shown = (issues: Form): Issue[] =>
  issues.flatMap(closestOf).map(({ path, message }) => ({ path: path.map(String).join('.'), message }));

/** A finding as the schema of a route reports it: what Zod said of it besides path, code and message stands in `params`. */
const issueBehind = ({ keyword, instancePath, message, params }: Finding): z.core.$ZodIssue =>
  ({
    ...params,
    code: keyword,
    path: instancePath.split('/').filter((step) => step !== ''),
    message: message ?? 'does not fit',
  }) as unknown as z.core.$ZodIssue;

/** Of a long list with nothing right in it the first few say what is wrong. */
const MOST_ISSUES = 50;

const invalid = (all: readonly Issue[]): ProblemError => {
  const issues = all.slice(0, MOST_ISSUES);
  const [first] = issues;
  const detail = first === undefined ? undefined : `${first.path || 'The request'}: ${first.message}`;
  return new ProblemError('invalid', detail, { issues });
};

/** Parses what a schema on the route cannot reach (command arguments, multipart fields); throws `invalid` with the issues. */
export const parseOrInvalid = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const read = schema.safeParse(value);
  if (!read.success) throw invalid(shown(read.error.issues));
  return read.data;
};

/** The client hung up in the middle of its request: nobody reads the answer, and it is no fault of ours. */
const isHungUp = (error: Error): boolean =>
  error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET';

/** The `ProblemError` behind whatever was thrown, or null when it is a fault of ours. */
export const problemErrorOf = (error: FastifyError | Error): ProblemError | null => {
  if (error instanceof ProblemError) return error;
  if (isHungUp(error)) return new ProblemError('malformed', 'The request was cut off. Send it again.');
  if ('validation' in error && error.validation !== undefined) return invalid(shown(error.validation.map(issueBehind)));
  const code = 'code' in error ? FASTIFY_CODES[error.code] : undefined;
  if (code !== undefined) return new ProblemError(code);
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status >= 500 && status !== 503) return null;
  return new ProblemError(STATUS_CODES[status] ?? 'malformed', STATUS_CODES[status] ? undefined : error.message);
};

/** RFC 9457 document; `extra` may carry `shipment` and `issues`. */
export const problemDocumentOf = ({ code, message, extra }: ProblemError): ProblemDocument => ({
  type: `urn:dockline:problem:${code}`,
  title: PROBLEMS[code].title,
  status: PROBLEMS[code].status,
  detail: message,
  code,
  ...extra,
});

/** Seconds after which it makes sense to come back. */
const RETRY_AFTER: Partial<Record<ProblemCode, string>> = { too_fast: '1', stopping: '5', storage_full: '60' };

/** Milliseconds for which the rest of a refused body is read and dropped. */
const DROP_MS = 5_000;

/**
 * Hung up on while it still sends, as Fastify would, a client sees a broken connection and not the answer. So its body is taken
 * and dropped for a while.
 */
const dropRest = ({ raw }: FastifyRequest, reply: FastifyReply): void => {
  if (raw.complete) return;
  reply.removeHeader('connection');
  const hangUp = setTimeout(() => {
    if (!raw.complete) raw.socket.destroy();
  }, DROP_MS).unref();
  raw.once('close', () => clearTimeout(hangUp));
  raw.resume();
};

/** Answers with a problem document. Faults are logged whole and answered without detail: a stack is nobody else's business. */
export const replyProblem = (
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const problem = problemErrorOf(error) ?? new ProblemError('internal');
  if (problem.code === 'internal') request.log.error({ err: error }, 'request failed');
  if (problem.code !== 'stopping') dropRest(request, reply);
  const document = problemDocumentOf(problem);
  const retryAfter = RETRY_AFTER[problem.code];
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  if (document.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(document.status).type('application/problem+json').send(document);
};
