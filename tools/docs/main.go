// Command docs builds the site of the documentation: the guides of docs/*.md, and a
// reference that is made from the code.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("o", "site", "`folder` to write to")
	manual := flag.String("manual", "", "`file` that sallyport man --markdown wrote")
	wanted := flag.Bool("pictures", false, "only write the names of the pictures that the guides show")
	flag.Parse()
	if *wanted {
		for _, all := range pictures() {
			for _, p := range all {
				fmt.Printf("^%s-desk-light$\n", p.name)
			}
		}
		return
	}
	if err := run(".", *out, *manual); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

// run builds the site of a checkout.
func run(root, out, manual string) error {
	pages, err := guides(root)
	if err != nil {
		return err
	}
	made, err := references(root)
	if err != nil {
		return err
	}
	if manual != "" {
		text, err := os.ReadFile(manual)
		if err != nil {
			return err
		}
		made = append(made, page{name: "reference-commands.md", section: "Reference", text: text})
	}
	return write(root, out, append(pages, made...))
}
