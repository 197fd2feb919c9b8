package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/errs"
	"sallyport/internal/secret"
)

// prefix begins every environment variable of ours.
const prefix = "SALLYPORT_"

// Load returns the defaults, changed by a YAML file (empty for none), changed by
// environment variables given as NAME=value. The error names the file and line,
// or the variable.
func Load(file string, environ []string) (Config, error) {
	c := Default()
	if file != "" {
		if err := c.readFile(file); err != nil {
			return c, err
		}
	}
	if err := c.readEnviron(environ); err != nil {
		return c, err
	}
	return c, c.Check()
}

func (c *Config) readFile(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return errs.New(errs.Invalid, "there is no configuration file %s", file)
		}
		return fmt.Errorf("read configuration: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return errs.Wrap(errs.Invalid, err, "%s: %s", file, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil
	}
	if err := setMapping(reflect.ValueOf(c).Elem(), doc.Content[0], ""); err != nil {
		return errs.Wrap(errs.Invalid, err, "%s: %v", file, err)
	}
	return nil
}

// setMapping puts a YAML mapping into a struct.
func setMapping(into reflect.Value, n *yaml.Node, path string) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: %s: a mapping is wanted", n.Line, strings.TrimSuffix(path, "."))
	}
	given := map[any]*yaml.Node{} // the keys, by the field that they set
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i].Value, n.Content[i+1]
		f, fromFile, ok := fieldOf(into, key)
		if !ok {
			return fmt.Errorf("line %d: there is no option %s%s; there are: %s", n.Content[i].Line, path, key, strings.Join(names(into.Type()), ", "))
		}
		if first, twice := given[f.Addr().Interface()]; twice {
			return givenTwice(path, first, n.Content[i])
		}
		given[f.Addr().Interface()] = n.Content[i]
		var err error
		switch {
		case f.Kind() == reflect.Struct && f.Type() != reflect.TypeFor[secret.Text]():
			if err := setMapping(f, val, path+key+"."); err != nil {
				return err
			}
		case val.Kind == yaml.SequenceNode && f.Kind() == reflect.Slice:
			err = val.Decode(f.Addr().Interface())
		case val.Kind == yaml.ScalarNode:
			err = setText(f, val.Value, fromFile)
		default:
			err = errors.New("a single value is wanted")
		}
		if err != nil {
			return fmt.Errorf("line %d: %s%s: %w", val.Line, path, key, err)
		}
	}
	return nil
}

func givenTwice(path string, first, second *yaml.Node) error {
	if first.Value == second.Value {
		return fmt.Errorf("line %d: %s%s stands there twice, first in line %d", second.Line, path, second.Value, first.Line)
	}
	return fmt.Errorf("line %d: %s%s and %s (line %d) set the same: give one of them", second.Line, path, second.Value, first.Value, first.Line)
}

// fieldOf finds the field of an option. The option X_file of a secret X names
// the file that holds its value.
func fieldOf(in reflect.Value, key string) (f reflect.Value, fromFile, ok bool) {
	for i := range in.NumField() {
		name := in.Type().Field(i).Tag.Get("yaml")
		if name == key {
			return in.Field(i), false, true
		}
		if in.Field(i).Type() == reflect.TypeFor[secret.Text]() && name+"_file" == key {
			return in.Field(i), true, true
		}
	}
	return reflect.Value{}, false, false
}

func names(t reflect.Type) []string {
	out := make([]string, t.NumField())
	for i := range out {
		out[i] = t.Field(i).Tag.Get("yaml")
	}
	return out
}

func setText(f reflect.Value, text string, fromFile bool) error {
	if fromFile {
		b, err := os.ReadFile(text)
		if err != nil {
			return err
		}
		text = strings.TrimRight(string(b), "\r\n")
	}
	switch p := f.Addr().Interface().(type) {
	case *string:
		*p = text
	case *secret.Text:
		*p = secret.NewText(text)
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is no whole number", text)
		}
		*p = n
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is no span of time: write it as 30s, 15m or 24h", text)
		}
		*p = d
	case *[]string:
		*p = nil
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				*p = append(*p, part)
			}
		}
	}
	return nil
}

// Option is one thing that can be set, as the documentation lists it.
type Option struct {
	Name, Variable, Help, Default string
	Secret                        bool
}

// Options lists everything that can be set.
func Options() []Option { return options(reflect.ValueOf(Default()), "") }

func options(v reflect.Value, path string) []Option {
	var out []Option
	for i := range v.NumField() {
		t, f := v.Type().Field(i), v.Field(i)
		name := path + t.Tag.Get("yaml")
		isSecret := f.Type() == reflect.TypeFor[secret.Text]()
		if f.Kind() == reflect.Struct && !isSecret {
			out = append(out, options(f, name+".")...)
			continue
		}
		o := Option{Name: name, Variable: prefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_")), Help: t.Tag.Get("help"), Secret: isSecret}
		if !f.IsZero() && !isSecret {
			o.Default = fmt.Sprint(f.Interface())
		}
		out = append(out, o)
	}
	return out
}

func (c *Config) readEnviron(environ []string) error {
	known := map[string]string{}
	for _, o := range Options() {
		known[o.Variable] = o.Name
		if o.Secret {
			known[o.Variable+"_FILE"] = o.Name + "_file"
		}
	}
	given := map[any]string{} // the variables, by the field that they set
	for _, e := range slices.Sorted(slices.Values(environ)) {
		variable, text, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(variable, prefix) {
			continue
		}
		name, ok := known[variable]
		if !ok {
			return errs.New(errs.Invalid, "the variable %s sets nothing; `sallyport config --list` lists those that do", variable)
		}
		at := reflect.ValueOf(c).Elem()
		parts := strings.Split(name, ".")
		for _, p := range parts[:len(parts)-1] {
			at, _, _ = fieldOf(at, p)
		}
		f, fromFile, _ := fieldOf(at, parts[len(parts)-1])
		if first, twice := given[f.Addr().Interface()]; twice {
			return errs.New(errs.Invalid, "the variables %s and %s set the same: give one of them", first, variable)
		}
		given[f.Addr().Interface()] = variable
		if err := setText(f, text, fromFile); err != nil {
			return errs.Wrap(errs.Invalid, err, "the variable %s: %v", variable, err)
		}
	}
	return nil
}

// Print writes the configuration as YAML that Load reads, secrets as •••.
func (c Config) Print(w io.Writer) error {
	return printFields(w, reflect.ValueOf(c), "")
}

func printFields(w io.Writer, v reflect.Value, indent string) error {
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Tag.Get("yaml"), v.Field(i)
		isSecret := f.Type() == reflect.TypeFor[secret.Text]()
		if f.Kind() == reflect.Struct && !isSecret {
			if _, err := fmt.Fprintf(w, "%s%s:\n", indent, name); err != nil {
				return err
			}
			if err := printFields(w, f, indent+"  "); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(w, "%s%s: %s\n", indent, name, printValue(f)); err != nil {
			return err
		}
	}
	return nil
}

func printValue(f reflect.Value) string {
	switch v := f.Interface().(type) {
	case []string:
		quoted := make([]string, len(v))
		for i, s := range v {
			quoted[i] = strconv.Quote(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case secret.Text:
		if v.Empty() {
			return `""`
		}
		return strconv.Quote(v.String())
	case string:
		return strconv.Quote(v)
	default:
		return fmt.Sprint(v)
	}
}

// Threshold returns the least level that is logged.
func (l Log) Threshold() (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		return level, errs.New(errs.Invalid, "log.level: %q is none of debug, info, warn, error", l.Level)
	}
	return level, nil
}

// Logger returns a logger that writes as configured.
func (l Log) Logger(w io.Writer) *slog.Logger {
	level, _ := l.Threshold()
	o := &slog.HandlerOptions{Level: level}
	if l.Format == "text" {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}
