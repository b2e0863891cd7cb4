// The output channel of runs: what was called, what it printed, what came of it.

import * as vscode from 'vscode';
import type { Printed, Run } from '../protocol';
import { withoutEscapes } from '../serverOutput';

export class RunLog implements vscode.Disposable {
  private readonly channel = vscode.window.createOutputChannel('Graphlens Run');
  private atLineStart = true;

  begin(name: string, mode: 'trace' | 'run', args: readonly string[]): void {
    this.line(`${mode === 'trace' ? 'trace' : 'run'} ${name}(${args.join(', ')})`);
  }

  printed({ text }: Printed): void {
    this.write(withoutEscapes(text));
  }

  end(run: Run): void {
    if (run.error) this.line(run.error.text || `${run.error.type}: ${run.error.message}`);
    else if (run.result) this.line(`= ${run.result.preview}`);
    const parts = [run.ok ? 'done' : 'failed', run.engine];
    if (run.timing.first > 0) parts.push(`${run.timing.first.toFixed(1)} ms`);
    if (run.traces.length > 0) {
      parts.push(`${run.traces.length} ${run.traces.length === 1 ? 'trace' : 'traces'}`);
    }
    this.line(`[${parts.join(', ')}]`);
    this.line('');
  }

  failed(message: string): void {
    this.line(`[failed: ${message}]`);
    this.line('');
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }

  /** A line of ours, never behind what a program printed without a line end. */
  private line(text: string): void {
    if (!this.atLineStart) this.write('\n');
    this.write(`${withoutEscapes(text).trimEnd()}\n`);
  }

  private write(text: string): void {
    if (text === '') return;
    this.channel.append(text);
    this.atLineStart = text.endsWith('\n');
  }
}
