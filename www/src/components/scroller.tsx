import type { ComponentChildren } from "preact";

interface Props {
  label: string;
  class: string;
  testId?: string;
  children: ComponentChildren;
}

/** A part of the page that may scroll by itself, with the keyboard, too. */
export function Scroller({ label, class: name, testId, children }: Props) {
  return (
    <section
      class={name}
      data-testid={testId}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus, keys cannot scroll it
      tabIndex={0}
    >
      {children}
    </section>
  );
}
