/** What a view does when it fails: it says so in its place, and the rest of the page goes on. */
import { Component, type ComponentChildren } from 'preact';

interface Props {
  readonly what: string;
  readonly children: ComponentChildren;
}

export class Boundary extends Component<Props, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static override getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override render({ what, children }: Props) {
    const { error } = this.state;
    if (error === undefined) return children;
    return (
      <div class="note warning" role="alert">
        <h2>{what} could not be drawn</h2>
        <p>{error.message}</p>
        <button type="button" onClick={() => this.setState({ error: undefined as never })}>
          Try again
        </button>
      </div>
    );
  }
}
