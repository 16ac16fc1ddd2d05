import { randomUUID } from 'node:crypto';
import type { CommandInput } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { InspectionStatus } from '#contract/domain/inspection.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Inspection, ShipmentDocument } from '#contract/domain/shipment-records.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import type { PushReply } from '#contract/wire/sync.ts';
import { type Person, tokenFor } from './people.ts';

export type AsnReply = {
  shipments: { id: string; number: string; lines: number }[];
  warnings: { code: string; message: string; position: string }[];
};

/** One person over HTTP, as an outside system would call the server; a refused request throws with the server's answer. */
export class DockClient {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async signIn(url: string, person: Person, secret: string): Promise<DockClient> {
    return new DockClient(url, await tokenFor(person, secret));
  }

  async #call<T>(method: string, path: string, body?: RequestInit['body'], type?: string): Promise<T> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
    if (type !== undefined) headers['content-type'] = type;
    const reply = await fetch(`${this.#url}${path}`, { method, headers, body: body ?? null });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return JSON.parse(text) as T;
  }

  #json<T>(method: string, path: string, body: unknown): Promise<T> {
    return this.#call<T>(method, path, JSON.stringify(body), 'application/json');
  }

  sendNotice(x12: string): Promise<AsnReply> {
    return this.#call('POST', '/api/asns', x12, 'application/edi-x12');
  }

  async shipments(query = ''): Promise<Shipment[]> {
    return (await this.#call<{ shipments: Shipment[] }>('GET', `/api/shipments?limit=200${query}`)).shipments;
  }

  shipment(id: string): Promise<ShipmentDetail> {
    return this.#call('GET', `/api/shipments/${id}`);
  }

  history(id: string): Promise<{ history: { command: string; outcome: string; actor: { id: string } }[] }> {
    return this.#call('GET', `/api/shipments/${id}/history`);
  }

  setStatus(id: string, status: ShipmentStatus, more: { doorId?: string; reason?: string } = {}): Promise<Shipment> {
    return this.#json('PATCH', `/api/shipments/${id}/status`, { status, ...more });
  }

  setCapacity(warehouseId: string, total: number, available: number): Promise<unknown> {
    return this.#json('PUT', `/api/warehouses/${warehouseId}/capacity`, { total, available });
  }

  reject(id: string, body: { reasonCode: string; quantity?: string; note?: string }): Promise<unknown> {
    return this.#json('POST', `/api/shipments/${id}/reject`, body);
  }

  setInspection(id: string, inspectionId: string, status: InspectionStatus): Promise<Inspection> {
    return this.#json('PUT', `/api/shipments/${id}/inspections/${inspectionId}`, { status });
  }

  /** Any command, as a station sends it. @throws Error when it is not applied, with the server's verdict. */
  async send<N extends CommandName>(type: N, args: CommandInput[N]): Promise<void> {
    const mutation = { clientId: `client-${randomUUID()}`, n: 1, occurredAt: new Date().toISOString(), type, args };
    const reply = await this.#json<PushReply>('POST', '/api/sync/mutations', { mutations: [mutation] });
    if (reply.verdicts[0]?.verdict !== 'applied') throw new Error(`${type}: ${JSON.stringify(reply)}`);
  }

  upload(
    id: string,
    fileName: string,
    documentType: string,
    bytes: Uint8Array,
    mediaType = 'application/pdf',
  ): Promise<ShipmentDocument> {
    const form = new FormData();
    form.set('documentType', documentType);
    form.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mediaType }), fileName);
    return this.#call('POST', `/api/shipments/${id}/documents`, form);
  }
}
