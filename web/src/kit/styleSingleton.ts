// Stands in for the package react-style-singleton, which Radix uses to keep the
// page behind a dialog from scrolling. That one writes a <style> element, which a
// content security policy without 'unsafe-inline' refuses; an adopted style sheet
// is our own code's and is let through.
import { useEffect } from "react";

export function styleSingleton() {
  let users = 0;
  let sheet: CSSStyleSheet | null = null;
  // biome-ignore lint/correctness/noComponentHookFactories: this is the shape of the package
  return function Sheet({ styles }: { styles: string; dynamic?: boolean }) {
    // biome-ignore lint/correctness/useExhaustiveDependencies: the first user's style counts, as in the original
    useEffect(() => {
      if (users++ === 0) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(styles);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
      return () => {
        if (--users === 0) {
          document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheet);
        }
      };
    }, []);
    return null;
  };
}
