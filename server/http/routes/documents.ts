import type { MultipartFile } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { documentType } from '#contract/domain/documents.ts';
import { id, shortText } from '#contract/domain/fields.ts';
import { type ShipmentDocument, shipmentDocument } from '#contract/domain/shipment-records.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { readRange } from '../byte-range.ts';
import type { ReceivedFile } from '../document-store.ts';
import { contentDisposition, displayName } from '../file-name.ts';
import { findShipment } from '../find-shipment.ts';
import { type Idempotency, rowId } from '../idempotency.ts';
import { namesEtag } from '../if-none-match.ts';
import { isShownInline, mediaTypeOf } from '../media-type.ts';
import { problems } from '../openapi.ts';
import { requirePlainText } from '../plain-body.ts';
import type { HttpPorts } from '../ports.ts';
import { parseOrInvalid } from '../problems.ts';
import { commandOf, rowLeft, runCommands } from '../run-commands.ts';

const params = z.object({ id });
const tags = ['documents'];
const uploadFields = z.object({ documentType, caption: shortText.optional(), lineId: id.optional() });
const uploadForm = uploadFields.extend({ file: z.file().describe('The document itself.') });
type Upload = z.output<typeof uploadFields> & {
  readonly file: ReceivedFile;
  readonly fileName: string;
  readonly mediaType: string;
};

/** The parser's own complaints carry no code; refusals and faults of the disk do. */
const isBrokenForm = (error: unknown): boolean => error instanceof Error && !('code' in error) && !('syscall' in error);

/** What is still coming of a refused form is read and dropped, or the next request on this connection would wait behind it. */
const dropRest = ({ raw }: FastifyRequest): void => {
  raw.unpipe();
  raw.resume();
};

/** Reads the whole form, the file straight to disk; fields may come before or after it. */
const readForm = async (request: FastifyRequest, { documents, limits }: HttpPorts): Promise<Upload> => {
  if (!request.isMultipart())
    throw new ProblemError('unsupported_type', 'Send multipart/form-data with the parts file and documentType.');
  const fields: Record<string, unknown> = {};
  let sent: { readonly part: Pick<MultipartFile, 'filename' | 'mimetype'>; readonly file: ReceivedFile } | null = null;
  try {
    for await (const part of request.parts({ limits: { fileSize: limits.documentBytes + 1, files: 1, fields: 20 } })) {
      if (part.type === 'field') fields[part.fieldname] = part.value;
      else if (part.fieldname === 'file')
        sent = { part, file: await documents.receive(part.file, limits.documentBytes) };
      else part.file.resume();
    }
    if (sent === null) throw new ProblemError('invalid', 'The form has no part named file.');
    if (sent.file.size === 0) throw new ProblemError('invalid', 'The file is empty.');
    const fileName = displayName(sent.part.filename);
    const mediaType = mediaTypeOf(sent.file.head, sent.part.mimetype, fileName);
    if (mediaType === null)
      throw new ProblemError(
        'unsupported_type',
        'Documents are PDF, PNG, JPEG, WebP, HEIC, TIFF, text, CSV, XML, JSON, Word or Excel; this is none of them.',
      );
    requirePlainText(fields);
    return { ...parseOrInvalid(uploadFields, fields), file: sent.file, fileName, mediaType };
  } catch (error) {
    dropRest(request);
    await sent?.file.discard();
    throw isBrokenForm(error) ? new ProblemError('malformed', 'The form is cut off or broken. Send it again.') : error;
  }
};

const attach = async (ports: HttpPorts, request: FastifyRequest, shipmentId: string, upload: Upload) => {
  const { file, ...facts } = upload;
  // The bytes are in place before the row that names them is committed; the other way round a crash would leave a dead row.
  await file.keep();
  const documentId = rowId(request, ports.newId);
  const { contentHash, size: fileSize } = file;
  const command = commandOf('attachDocument', { ...facts, shipmentId, documentId, fileSize, contentHash });
  const outcomes = await runCommands(ports, request.access, [command], { claim: request.claim });
  return rowLeft(ports.storage, outcomes, 'document', documentId);
};

/** The document when this person may see its shipment. */
const findDocument = async ({ storage }: HttpPorts, { access }: FastifyRequest, documentId: string) => {
  const document = await storage.findRow('document', documentId);
  if (document === null) throw new ProblemError('not_found');
  await findShipment(storage, access.scope, document.shipmentId);
  return document;
};

const sendContent = async (
  ports: HttpPorts,
  document: ShipmentDocument,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const { contentHash, fileSize, mediaType, fileName } = document;
  const etag = `"${contentHash}"`;
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    // Even what is shown in place runs nothing and is nobody's origin.
    'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    'content-disposition': contentDisposition(isShownInline(mediaType) ? 'inline' : 'attachment', fileName),
  });
  if (namesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  const ifRange = request.headers['if-range'];
  const range = readRange(ifRange === undefined || ifRange === etag ? request.headers.range : undefined, fileSize);
  if (range === 'unsatisfiable') {
    reply.headers({ 'cache-control': 'no-store', 'content-range': `bytes */${fileSize}` });
    reply.removeHeader('content-disposition').removeHeader('etag');
    throw new ProblemError('range_not_satisfiable', `The document has ${fileSize} bytes.`);
  }
  const { start, end } = range === 'whole' ? { start: 0, end: fileSize - 1 } : range;
  const bytes = await ports.documents.read(contentHash, start, end);
  if (bytes === null) {
    request.log.error({ documentId: document.id, contentHash }, 'document bytes are missing');
    reply.header('cache-control', 'no-store').removeHeader('content-disposition').removeHeader('etag');
    throw new ProblemError('not_found', 'The bytes of this document are not on this server. Upload it again.');
  }
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${start}-${end}/${fileSize}`);
  return reply
    .type(mediaType)
    .header('content-length', end - start + 1)
    .send(bytes);
};

export const documentRoutes =
  (ports: HttpPorts, { claim }: Idempotency): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/api/shipments/:id/documents',
      {
        config: { bodies: { 'multipart/form-data': uploadForm } },
        schema: { params, response: { 201: shipmentDocument, ...problems }, consumes: ['multipart/form-data'], tags },
      },
      async (request, reply) => {
        await findShipment(ports.storage, request.access.scope, request.params.id);
        const upload = await readForm(request, ports);
        try {
          const { file, ...facts } = upload;
          if (await claim(request, reply, JSON.stringify([facts, file.contentHash]))) return reply;
          return await reply.code(201).send(await attach(ports, request, request.params.id, upload));
        } finally {
          await upload.file.discard();
        }
      },
    );

    app.get('/api/documents/:id/content', { schema: { params, tags } }, async (request, reply) =>
      sendContent(ports, await findDocument(ports, request, request.params.id), request, reply),
    );
  };
