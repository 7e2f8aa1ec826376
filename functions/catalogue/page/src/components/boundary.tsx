/** Holds what fails while it is drawn, so that the rest of the page lives. */
import { Component, type ComponentChildren } from "preact";

interface Props {
  /** What is shown: when it changes, it is tried again by itself. */
  of: string;
  children: ComponentChildren;
}

interface State {
  failed: string | null;
}

export class Boundary extends Component<Props, State> {
  override state: State = { failed: null };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: this.props.of });
  }

  override render({ of, children }: Props, { failed }: State): ComponentChildren {
    if (failed !== of) return children;
    return (
      <div class="notice notice--bad" role="alert" data-testid="view-failed">
        <strong>This cannot be shown.</strong>
        <p>Something in the API's answers is not as this page expects it.</p>
        <button type="button" class="link" onClick={() => this.setState({ failed: null })}>
          Try again
        </button>
      </div>
    );
  }
}
