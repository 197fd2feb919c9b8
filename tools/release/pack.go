package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/md5" //nolint:gosec // what dpkg wants of each file
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// file is one file of an archive.
type file struct {
	name string // below the folder that it is installed to
	text []byte
	mode int64
}

// archive writes files as a .tar.gz whose bytes depend on nothing but them and the
// time: no names of people or machines, in one order.
func archive(w io.Writer, prefix string, files []file, at time.Time) error {
	zip, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	out := tar.NewWriter(zip)
	for _, name := range folders(prefix, files) {
		if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755, ModTime: at, Format: tar.FormatGNU, Uname: "root", Gname: "root"}); err != nil {
			return err
		}
	}
	for _, f := range files {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: prefix + f.name, Mode: f.mode, Size: int64(len(f.text)), ModTime: at, Format: tar.FormatGNU, Uname: "root", Gname: "root"}
		if err := out.WriteHeader(h); err != nil {
			return err
		}
		if _, err := out.Write(f.text); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	return zip.Close()
}

// folders lists the folders that files need, each before what is in it.
func folders(prefix string, files []file) []string {
	var out []string
	for _, f := range files {
		for dir := path.Dir(prefix + f.name); dir != "." && dir != "/"; dir = path.Dir(dir) {
			if name := dir + "/"; !slices.Contains(out, name) && name != "./" {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// debian makes a package for Debian: an ar archive of a version, a tar of what dpkg is
// told, and a tar of what is installed.
func debian(version, arch string, files []file, at time.Time) ([]byte, error) {
	var installed []file
	size := 0
	for _, f := range files {
		f.name = "usr/" + f.name
		installed = append(installed, f)
		size += len(f.text)
	}
	slices.SortFunc(installed, func(a, b file) int { return strings.Compare(a.name, b.name) })
	var sums strings.Builder
	for _, f := range installed {
		fmt.Fprintf(&sums, "%x  %s\n", md5.Sum(f.text), f.name) //nolint:gosec // likewise
	}
	if version == "" || version[0] < '0' || version[0] > '9' { // dpkg wants a digit first
		version = "0~" + version
	}
	control := []file{
		{"control", fmt.Appendf(nil, "Package: sallyport\nVersion: %s\nArchitecture: %s\nMaintainer: Sallyport maintainers <maintainers@sallyport.example>\nInstalled-Size: %d\nSection: admin\nPriority: optional\n"+
			"Suggests: postgresql\nDescription: identity security operations for Okta\n It reads an Okta org's System Log, raises alerts and answers them by flows,\n judges how the org is set up, and signs people in by SAML and SCIM.\n",
			strings.ReplaceAll(version, "-", "~"), arch, (size+1023)/1024), 0o644},
		{"md5sums", []byte(sums.String()), 0o644},
		{"postinst", []byte("#!/bin/sh\nset -e\nif [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi\n"), 0o755},
		{"prerm", []byte("#!/bin/sh\nset -e\nif [ \"$1\" = remove ] && [ -d /run/systemd/system ]; then systemctl stop sallyport.service || true; fi\n"), 0o755},
	}
	var out, told, data bytes.Buffer
	if err := archive(&told, "./", control, at); err != nil {
		return nil, err
	}
	if err := archive(&data, "./", installed, at); err != nil {
		return nil, err
	}
	out.WriteString("!<arch>\n")
	for _, m := range []struct {
		name string
		text []byte
	}{{"debian-binary", []byte("2.0\n")}, {"control.tar.gz", told.Bytes()}, {"data.tar.gz", data.Bytes()}} {
		fmt.Fprintf(&out, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.name, at.Unix(), 0, 0, "100644", len(m.text))
		out.Write(m.text)
		if len(m.text)%2 == 1 {
			out.WriteByte('\n')
		}
	}
	return out.Bytes(), nil
}
