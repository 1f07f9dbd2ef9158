//! JSON text of what an application hands over, as serde_json writes it.
//!
//! serde_json looks for characters to escape one by one, which is most of what the variables of a
//! large batch cost. Here the text is looked through in blocks and copied in one piece; escapes,
//! numbers and serde_json's own types are left to it.

use serde::{
    Serialize, Serializer,
    ser::{
        Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
        SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    },
};
use serde_json::Error;

/// Adds `value` to `json`.
///
/// # Errors
///
/// If JSON cannot hold the value; a part of it may have been added by then.
pub fn write_json(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
    value.serialize(Writer(json))
}

/// Adds `text` as a string.
#[inline]
fn write_str(json: &mut Vec<u8>, text: &str) -> Result<(), Error> {
    if needs_escape(text.as_bytes()) {
        return write_escaped(json, text);
    }
    json.push(b'"');
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
    Ok(())
}

#[cold]
fn write_escaped(json: &mut Vec<u8>, text: &str) -> Result<(), Error> {
    serde_json::to_writer(json, text)
}

fn needs_escape(text: &[u8]) -> bool {
    if let Some(last) = text.last_chunk::<16>() {
        return text.as_chunks().0.iter().any(has_special::<16>) || has_special(last);
    }
    match (text.first_chunk::<8>(), text.last_chunk()) {
        (Some(first), Some(last)) => has_special::<8>(first) | has_special::<8>(last),
        _ => text.iter().fold(false, |found, byte| found | SPECIAL[usize::from(*byte)]),
    }
}

/// All bytes without a branch between them, which the compiler makes vector instructions of.
fn has_special<const N: usize>(block: &[u8; N]) -> bool {
    block.iter().fold(false, |found, byte| found | is_special(*byte))
}

const fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < special.len() {
        special[byte] = is_special(byte as u8);
        byte += 1;
    }
    special
};

struct Writer<'a>(&'a mut Vec<u8>);

impl<'a> Writer<'a> {
    /// Opens a list or an object.
    #[inline]
    fn open(self, opening: &[u8], closing: &'static [u8]) -> Result<Compound<'a>, Error> {
        self.0.extend_from_slice(opening);
        Ok(Compound { json: self.0, is_empty: true, closing })
    }

    /// Opens the object around the content of an enum's variant, and the content.
    fn open_variant(
        self,
        variant: &str,
        opening: u8,
        closing: &'static [u8],
    ) -> Result<Compound<'a>, Error> {
        self.0.push(b'{');
        write_str(self.0, variant)?;
        self.0.push(b':');
        self.open(&[opening], closing)
    }
}

macro_rules! by_serde_json {
    ($($method:ident($value:ty)),* $(,)?) => {$(
        #[inline]
        fn $method(self, value: $value) -> Result<(), Error> {
            serde_json::to_writer(self.0, &value)
        }
    )*};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    by_serde_json! {
        serialize_bool(bool),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
        serialize_u128(u128),
        serialize_f32(f32), serialize_f64(f64),
        serialize_char(char),
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Error> {
        write_str(self.0, value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut object = self.serialize_map(Some(1))?;
        object.entry(variant, value)?;
        SerializeMap::end(object)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Compound<'a>, Error> {
        self.open(b"[", b"]")
    }

    fn serialize_tuple(self, _length: usize) -> Result<Compound<'a>, Error> {
        self.open(b"[", b"]")
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Compound<'a>, Error> {
        self.open(b"[", b"]")
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Compound<'a>, Error> {
        self.open_variant(variant, b'[', b"]}")
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Compound<'a>, Error> {
        self.open(b"{", b"}")
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _length: usize) -> Result<Compound<'a>, Error> {
        if is_of_serde_json(name) { self.open(b"", b"") } else { self.open(b"{", b"}") }
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Compound<'a>, Error> {
        self.open_variant(variant, b'{', b"}}")
    }
}

/// A list or an object that is being written.
struct Compound<'a> {
    json: &'a mut Vec<u8>,
    is_empty: bool,
    closing: &'static [u8],
}

/// Whether this is the name of a struct that only serde_json understands, its `RawValue` for
/// example, or of the field of such a struct.
#[inline(always)]
fn is_of_serde_json(name: &'static str) -> bool {
    name.starts_with("$serde_json::private::")
}

impl Compound<'_> {
    #[inline]
    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_empty) {
            self.json.push(b',');
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.separate();
        write_json(self.json, value)
    }

    // A name is known when it is compiled; inlined, the look at it is done then.
    #[inline(always)]
    fn entry<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        if name.bytes().fold(false, |found, byte| found | is_special(byte)) {
            self.separate();
            write_escaped(self.json, name)?;
            self.json.push(b':');
        } else {
            let is_first = std::mem::take(&mut self.is_empty);
            self.json.extend_from_slice(if is_first { b"\"" } else { b",\"" });
            self.json.extend_from_slice(name.as_bytes());
            self.json.extend_from_slice(b"\":");
        }
        write_json(self.json, value)
    }

    #[inline]
    fn close(self) -> Result<(), Error> {
        self.json.extend_from_slice(self.closing);
        Ok(())
    }
}

impl SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.separate();
        let start = self.json.len();
        write_json(self.json, key)?;
        match self.json.get(start) {
            Some(b'"') => Ok(()),
            // A number or a truth value, which becomes the text of it.
            Some(b'0'..=b'9' | b'-' | b't' | b'f') => {
                self.json.insert(start, b'"');
                self.json.push(b'"');
                Ok(())
            }
            _ => Err(Error::custom("key must be a string")),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.json.push(b':');
        write_json(self.json, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

impl SerializeStruct for Compound<'_> {
    type Ok = ();
    type Error = Error;

    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        if is_of_serde_json(name) {
            return serde_json::to_writer(&mut *self.json, &OfSerdeJson(name, value));
        }
        self.entry(name, value)
    }

    #[inline]
    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

/// A struct of serde_json's own, handed back to it. Its one field has its name.
struct OfSerdeJson<'a, T: ?Sized>(&'static str, &'a T);

impl<T: Serialize + ?Sized> Serialize for OfSerdeJson<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(name, value) = *self;
        let mut object = serializer.serialize_struct(name, 1)?;
        object.serialize_field(name, value)?;
        object.end()
    }
}

impl SerializeStructVariant for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.entry(name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

macro_rules! list {
    ($($trait:ident::$method:ident),*) => {$(
        impl $trait for Compound<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        }
    )*};
}
list!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{json, value::RawValue};

    use super::*;

    fn written(value: &(impl Serialize + ?Sized)) -> Result<String, Error> {
        let mut json = b"before".to_vec();
        write_json(&mut json, value)?;
        Ok(String::from_utf8(json).unwrap().strip_prefix("before").unwrap().to_owned())
    }

    #[track_caller]
    fn assert_as_serde_json(value: &(impl Serialize + ?Sized)) {
        assert_eq!(written(value).unwrap(), serde_json::to_string(value).unwrap());
    }

    #[derive(Serialize)]
    struct Everything<'a> {
        flags: (bool, bool),
        signed: (i8, i16, i32, i64, i128),
        unsigned: (u8, u16, u32, u64, u128),
        floats: [f64; 6],
        short_floats: [f32; 3],
        #[serde(rename = "na\"me\n")]
        odd_name: char,
        text: &'a str,
        some: Option<Option<u8>>,
        none: Option<u8>,
        unit: (),
        unit_struct: Unit,
        newtype: Newtype<'a>,
        pair: Pair,
        list: Vec<Everything<'a>>,
        bytes: Octets,
        variants: Vec<Variant<'a>>,
        map: BTreeMap<String, Vec<u8>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<u8>,
        raw: Box<RawValue>,
        value: serde_json::Value,
    }

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Newtype<'a>(&'a str);

    #[derive(Serialize)]
    struct Pair(u8, &'static str);

    #[derive(Serialize)]
    enum Variant<'a> {
        Unit,
        Newtype(&'a str),
        Tuple(u8, u8),
        Struct {
            a: u8,
            b: Option<u8>,
        },
        #[serde(rename = "o\"dd")]
        Odd,
    }

    /// As `serde_bytes` does it.
    struct Octets;

    impl Serialize for Octets {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&[0, 255])
        }
    }

    fn everything(list: Vec<Everything<'_>>) -> Everything<'_> {
        Everything {
            flags: (true, false),
            signed: (i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN),
            unsigned: (u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX),
            floats: [0.0, -0.0, 0.1, 1e300, f64::NAN, f64::INFINITY],
            short_floats: [0.1, f32::MAX, f32::NEG_INFINITY],
            odd_name: '"',
            text: "a \"quote\", a \\, a line\nand é 日本 🎉 \u{2028}\u{7f}",
            some: Some(Some(1)),
            none: None,
            unit: (),
            unit_struct: Unit,
            newtype: Newtype("inner"),
            pair: Pair(1, "two"),
            list,
            bytes: Octets,
            variants: vec![
                Variant::Unit,
                Variant::Newtype("x\ty"),
                Variant::Tuple(1, 2),
                Variant::Struct { a: 1, b: None },
                Variant::Odd,
            ],
            map: BTreeMap::from([(String::new(), vec![]), ("k\\".into(), vec![1, 2])]),
            left_out: None,
            raw: RawValue::from_string(r#"{ "as":  [1, 2.50] }"#.into()).unwrap(),
            value: json!({"nested": {"list": [null, true, 1.5, "text"], "empty": {}}, "none": []}),
        }
    }

    #[test]
    fn every_kind_of_value_is_written_as_by_serde_json() {
        assert_as_serde_json(&everything(vec![everything(vec![]), everything(vec![])]));
        assert_as_serde_json(&json!({}));
        assert_as_serde_json(&Vec::<u8>::new());
        assert_as_serde_json("alone");
        assert_as_serde_json(&format_args!("{}", "displayed"));
    }

    #[test]
    fn a_character_that_needs_an_escape_is_found_wherever_it_is() {
        for character in (0..=0x80_u8).map(char::from).chain(['é', '\u{2028}', '🎉']) {
            for (before, after) in (0..=40).flat_map(|n| [(n, 0), (n, 1), (n, 40 - n)]) {
                let text = format!("{}{character}{}", "x".repeat(before), "y".repeat(after));
                assert_as_serde_json(&text);
            }
        }
    }

    #[test]
    fn keys_become_text_where_they_have_one() {
        assert_as_serde_json(&BTreeMap::from([(1_u8, 'a'), (2, 'b')]));
        assert_as_serde_json(&BTreeMap::from([(-1_i64, 'a')]));
        assert_as_serde_json(&BTreeMap::from([(true, 1), (false, 2)]));
        assert_as_serde_json(&BTreeMap::from([('"', 1)]));
        assert_as_serde_json(&BTreeMap::from([(Some("in \"an\" option"), 1)]));
        for key in [Key::Float(1.5), Key::Float(-2.0), Key::Variant(Variant::Odd)] {
            assert_as_serde_json(&Entry(key));
        }
    }

    #[test]
    fn keys_without_a_text_are_refused_as_by_serde_json() {
        let refused = [Key::Float(f64::NAN), Key::Unit, Key::List(vec![1]), Key::Octets(Octets)];
        for key in refused.into_iter().chain([Key::Variant(Variant::Newtype("x"))]).map(Entry) {
            assert!(serde_json::to_string(&key).is_err());
            assert!(written(&key).is_err());
        }
    }

    /// An object with this key.
    struct Entry<'a>(Key<'a>);

    #[derive(Serialize)]
    #[serde(untagged)]
    enum Key<'a> {
        Float(f64),
        Unit,
        List(Vec<u8>),
        Octets(Octets),
        Variant(Variant<'a>),
    }

    impl Serialize for Entry<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([(&self.0, 1)])
        }
    }
}
