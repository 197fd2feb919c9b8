package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// Every command and every flag is in the manual page and in the completions.
func TestManualIsWhole(t *testing.T) {
	all := describeAll(t.Context())
	flags := 0
	for _, args := range [][]string{{"man"}, {"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, streams{&out, &errs}); code != exitOK {
			t.Fatalf("%v: %s", args, &errs)
		}
		text := strings.ReplaceAll(out.String(), `\-`, "-")
		for _, d := range all {
			name := d.name
			if i := strings.LastIndex(name, " "); args[len(args)-1] == "fish" && i > 0 { // which offers the words one by one
				name = "__sallyport_at '\\''" + name[:i]
				if !strings.Contains(text, "-a "+d.name[i+1:]+"\n") {
					t.Errorf("%v: no word %s", args, d.name[i+1:])
				}
				name = strings.ReplaceAll(name, `'\''`, `\'`)
			}
			if !strings.Contains(text, name) {
				t.Errorf("%v: no command %s", args, d.name)
			}
			for _, f := range d.flags {
				flags++
				if !strings.Contains(text, "--"+f.Name) && !strings.Contains(text, "-l "+f.Name+" ") {
					t.Errorf("%v: no flag --%s of %s", args, f.Name, d.name)
				}
			}
		}
		if args[0] == "completion" && args[1] == "bash" {
			check := exec.CommandContext(t.Context(), "bash", "-c", out.String()+"\nCOMP_WORDS=(sallyport okta s); COMP_CWORD=2; _sallyport; echo ${COMPREPLY[@]}\nCOMP_WORDS=(sallyport backup --e); COMP_CWORD=2; _sallyport; echo ${COMPREPLY[@]}")
			said, err := check.CombinedOutput()
			if err != nil || string(said) != "setup sync\n--every\n" {
				t.Errorf("bash completes %q, %v", said, err)
			}
		}
	}
	if flags < 400 {
		t.Errorf("%d flags", flags)
	}
}
