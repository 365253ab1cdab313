import { describe, expect, it } from 'vitest';
import { Metrics } from '../../../node/server/metrics.ts';

describe('Metrics', () => {
  it('renders counters, gauges and cumulative histograms as Prometheus reads them', () => {
    const metrics = new Metrics();
    const requests = metrics.counter('dintel_requests_total', 'Requests answered.');
    requests.add({ route: 'info', status: '200' });
    requests.add({ route: 'info', status: '200' });
    requests.add({ route: 'quo"te\n', status: '404' });
    let depth: number | undefined = 7;
    metrics.gauge('dintel_queue_capsules', 'Capsules waiting.', () => depth);
    const seconds = metrics.histogram('dintel_request_seconds', 'Time to answer.', [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 3]) seconds.observe(value);
    expect(metrics.render()).toBe(
      [
        '# HELP dintel_requests_total Requests answered.',
        '# TYPE dintel_requests_total counter',
        'dintel_requests_total{route="info",status="200"} 2',
        'dintel_requests_total{route="quo\\"te\\n",status="404"} 1',
        '# HELP dintel_queue_capsules Capsules waiting.',
        '# TYPE dintel_queue_capsules gauge',
        'dintel_queue_capsules 7',
        '# HELP dintel_request_seconds Time to answer.',
        '# TYPE dintel_request_seconds histogram',
        'dintel_request_seconds_bucket{le="0.1"} 2',
        'dintel_request_seconds_bucket{le="1"} 3',
        'dintel_request_seconds_bucket{le="+Inf"} 4',
        'dintel_request_seconds_sum 3.65',
        'dintel_request_seconds_count 4',
        '',
      ].join('\n'),
    );
    depth = undefined;
    expect(metrics.render()).not.toMatch(/^dintel_queue_capsules /m);
    expect(() => metrics.counter('dintel_requests_total', 'twice')).toThrow('exists');
  });
});
