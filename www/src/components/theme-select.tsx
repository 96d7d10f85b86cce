// Light, dark, or what the system says.

import { useState } from "preact/hooks";
import { currentTheme, setTheme, THEMES, type Theme } from "../theme";

const LABELS: Record<Theme, string> = { system: "System", light: "Light", dark: "Dark" };

export function ThemeSelect() {
  const [theme, choose] = useState(currentTheme);
  return (
    <select
      class="input select"
      aria-label="Colours"
      value={theme}
      onChange={(event) => {
        const next = event.currentTarget.value as Theme;
        setTheme(next);
        choose(next);
      }}
    >
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {LABELS[name]}
        </option>
      ))}
    </select>
  );
}
