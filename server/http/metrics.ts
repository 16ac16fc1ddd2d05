import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Gauges = {
  /** Open sockets. */
  readonly connections: () => number;
  readonly logHead: () => number;
  /** Changes committed that the tailer has not handed on yet. */
  readonly tailerLag: () => number;
};

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * One server's figures in Prometheus' words. Each server has its own registry, so that several in one process (tests) do not
 * count for each other.
 */
export const createMetrics = (gauges: Gauges, ofProcess: boolean) => {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('dockline_connections', 'Open sockets', gauges.connections);
  gauge('dockline_log_head', 'Sequence number of the last committed change', gauges.logHead);
  gauge('dockline_tailer_lag', 'Committed changes not handed on to sockets yet', gauges.tailerLag);
  const received = new Counter({
    name: 'dockline_events_received_total',
    help: 'Socket events from clients',
    labelNames: ['event'],
    registers,
  });
  const sent = new Counter({
    name: 'dockline_events_total',
    help: 'Socket events emitted, once per room however many sockets are in it',
    labelNames: ['event'],
    registers,
  });
  const errors = new Counter({
    name: 'dockline_errors_total',
    help: 'Requests and events refused, by problem code',
    labelNames: ['code'],
    registers,
  });
  const http = new Histogram({
    name: 'dockline_http_request_duration_seconds',
    help: 'HTTP requests from first byte to last',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const commands = new Histogram({
    name: 'dockline_command_duration_seconds',
    help: 'Commands from submission to commit on disk',
    labelNames: ['via'],
    buckets: SECONDS,
    registers,
  });
  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    eventReceived: (event: string) => received.inc({ event }),
    eventSent: (event: string) => sent.inc({ event }),
    refused: (code: string) => errors.inc({ code }),
    httpRequest: (method: string, route: string, status: number, seconds: number) =>
      http.observe({ method, route, status: String(status) }, seconds),
    committed: (via: 'http' | 'push', seconds: number) => commands.observe({ via }, seconds),
  };
};
export type Metrics = ReturnType<typeof createMetrics>;
