// Runs the layout in a thread of its own, so that the editor's other extensions do not wait for it.

import { parentPort } from 'node:worker_threads';
import ELK from 'elkjs/lib/elk.bundled.js';
import type { ElkNode } from 'elkjs/lib/elk-api';

const elk = new ELK();

parentPort?.on('message', (graph: ElkNode) => {
  elk.layout(graph).then(
    (laid) => parentPort?.postMessage({ laid }),
    (error: unknown) => parentPort?.postMessage({ error: String(error) }),
  );
});
