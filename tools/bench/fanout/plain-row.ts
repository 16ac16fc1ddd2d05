import type { IncomingMessage } from 'node:http';

/** The baselines' request body: which shipment, and the number of the change. */
export const bodyOf = async (request: IncomingMessage): Promise<{ id: string; n: number }> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as { id: string; n: number };
};

/** A row of about the size of ours, so that the same bytes travel. */
export const demoShipment = (id: string, n: number) => ({
  id,
  number: `ASN-${n}`,
  warehouseId: 'JOL',
  supplierId: 'NORTHWIND',
  supplierName: 'Northwind Foods',
  poNumber: 'PO-2026-0100',
  poNumbers: ['PO-2026-0100'],
  carrier: 'DEMO',
  trailer: '53-1101',
  seal: 'S-778812',
  status: n % 2 === 0 ? 'unloading' : 'counting',
  eta: '2026-11-24T05:00:00.000Z',
  lines: 24,
  documents: 'missing_optional',
  quality: 'awaiting',
  version: n,
  updatedAt: new Date().toISOString(),
});
