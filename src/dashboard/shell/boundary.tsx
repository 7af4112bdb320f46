/** What a view does when it fails: it says so in its place, and the rest of the page goes on. */
import { Component, type ComponentChildren } from 'preact';

interface Props {
  readonly what: string;
  /** The place: at another one it is tried again. From day to day of one view nothing is made anew. */
  readonly at: string;
  readonly children: ComponentChildren;
}

export class Boundary extends Component<Props, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static override getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override componentDidUpdate({ at }: Props): void {
    if (at !== this.props.at && this.state.error !== undefined) this.setState({ error: undefined as never });
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
