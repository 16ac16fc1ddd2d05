import tls from 'node:tls';
import type { Log } from '../core/ports.ts';

/**
 * Companies sign their servers with certificates of their own, which the operating system knows and Node does not. Call
 * before the first connection: what was opened earlier keeps what it had.
 */
export const trustSystemCertificates = (log: Log): void => {
  try {
    const system = tls.getCACertificates('system');
    tls.setDefaultCACertificates([...new Set([...tls.getCACertificates('default'), ...system])]);
    log('tls.system_certificates', { count: system.length });
  } catch {
    log('tls.system_certificates_not_read');
  }
};
