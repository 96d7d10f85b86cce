// A button with a list of actions below it.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  label: string;
  children: ComponentChildren;
}

/** Closes with Escape, with a choice, and when the focus or a click goes elsewhere. */
export function Menu({ label, children }: Props) {
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = ({ target }: Event) => {
      if (box.current && !box.current.contains(target as Node)) box.current.open = false;
    };
    document.addEventListener("pointerdown", close);
    document.addEventListener("focusin", close);
    return () => {
      document.removeEventListener("pointerdown", close);
      document.removeEventListener("focusin", close);
    };
  }, []);
  const shut = () => {
    if (!box.current) return;
    box.current.open = false;
    box.current.querySelector("summary")?.focus();
  };
  return (
    <details class="menu" ref={box} onKeyDown={(event) => event.key === "Escape" && shut()}>
      <summary class="button button-small">{label}</summary>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the choices inside are buttons; this only closes after one */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a key on a button makes a click */}
      <div class="menu-list" onClick={shut}>
        {children}
      </div>
    </details>
  );
}
