// The messages of docs/protocol.md that the extension sends and receives.

import type { Position, Range } from 'vscode-languageclient';

export const SCHEME = 'graphlens-graph';

/** Whether a document is one of the server's virtual ones. */
export function isGraphDocument(document: { uri: { scheme: string } }): boolean {
  return document.uri.scheme === SCHEME;
}

export type View = 'code' | 'readable' | 'traced' | 'optimized' | 'python';

export interface DocumentPlace {
  textDocument: { uri: string };
  function?: string;
  position?: Position;
}

export interface GraphCode {
  uri: string;
  title: string;
  languageId: string;
  text: string;
  source: string;
  function: string;
  version: number;
  stale: boolean;
  message: string | null;
  lineMap: [number, number][];
}

export interface Parameter {
  name: string;
  annotation: string | null;
  default: string | null;
  spec: string | null;
  kind: 'positional' | 'keyword' | '*' | '**';
}

export interface TracedFunction {
  name: string;
  qualname: string;
  range: Range;
  selectionRange: Range;
  parameters: Parameter[];
  examples: string[][];
  lastArguments: string[] | null;
  traces: number;
  retraces: number;
}

export interface GraphNode {
  id: string;
  op: string;
  label: string;
  kind: 'input' | 'op' | 'constant' | 'output';
  dtype: string | null;
  shape: string | null;
  source: { uri: string; line: number } | null;
  /** Neither an output nor an effect needs it. */
  unused?: boolean;
  attributes: Record<string, string>;
  graphs: Record<string, Graph>;
}

export interface GraphEdge {
  from: string;
  to: string;
  kind: 'data' | 'control';
  label: string;
}

export interface Graph {
  name: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
  outputs: string[];
}

export type Nested = number | boolean | string | null | Nested[];

export type Value =
  | {
      kind: 'tensor';
      dtype: string;
      shape: number[];
      preview: string;
      data: Nested;
      plot: 'line' | 'image' | null;
    }
  | { kind: 'structure'; type: string; preview: string; items: [string, Value][] }
  | { kind: 'python'; type: string; preview: string };

export interface Printed {
  phase: 'loading' | 'tracing' | 'running';
  stream: 'stdout' | 'stderr';
  text: string;
}

export interface Frame {
  path: string;
  line: number;
  column: number;
  endColumn: number;
  name: string;
  text: string;
}

export interface RunError {
  kind: string;
  type: string;
  message: string;
  frames: Frame[];
  text: string;
}

export interface Trace {
  index: number;
  signature: string;
  reason: string | null;
}

export interface Run {
  id: string;
  ok: boolean;
  mode: string;
  function: string;
  version: number;
  engine: string;
  substituted: boolean;
  arguments: string[];
  signature: string;
  result: Value | null;
  printed: Printed[];
  droppedOutput: number;
  traces: Trace[];
  retraces: number;
  graph: { traced: string; optimized: string; python: string } | null;
  timing: { load: number; first: number; graph: number | null; eager: number | null };
  error: RunError | null;
  exported?: { format: 'onnx'; data: string | null; problem: string | null };
  notes?: string[];
}

export interface Status {
  health: 'ok' | 'warning' | 'error';
  message: string;
  version: string;
  python: string;
  trusted: boolean;
  analysis: 'starting' | 'ready' | 'busy' | 'restarting';
  worker: 'off' | 'idle' | 'running';
  interpreter: string;
}

export interface Requests {
  'graphlens/graphCode': [DocumentPlace & { view?: View }, GraphCode | null];
  'graphlens/functions': [
    { textDocument: { uri: string } },
    { version: number; functions: TracedFunction[] },
  ];
  'graphlens/mapPosition': [
    { uri: string; position: Position },
    { uri: string; range: Range } | null,
  ];
  'graphlens/graph': [DocumentPlace & { stage?: 'before' | 'after' }, Graph | null];
  'graphlens/run': [
    DocumentPlace & {
      mode?: 'trace' | 'run';
      arguments?: string[];
      timing?: boolean;
      export?: 'onnx';
    },
    Run,
  ];
  'graphlens/explain': [
    { code: string },
    { code: string; name: string; markdown: string; href: string } | null,
  ];
  'graphlens/status': [undefined, Status];
  'graphlens/debugReport': [undefined, { text: string }];
}
