//! `html!`: markup into calls of [`Builder`](super::html::Builder).

/// Makes a [`View`](super::html::View) of markup that reads as Leptos' `view!` does.
macro_rules! html {
    ($($markup:tt)*) => {{
        #[allow(unused_mut)]
        let mut builder = $crate::components::html::Builder::default();
        $crate::components::html_macro::markup!(builder $($markup)*);
        builder.done()
    }};
}

/// One token after the other: first content, then, after `@`, the attributes of the element that was opened last.
macro_rules! markup {
    ($b:ident) => {};
    ($b:ident < / $tag:ident > $($rest:tt)*) => {
        $b.close();
        $crate::components::html_macro::markup!($b $($rest)*);
    };
    ($b:ident < $tag:ident $($rest:tt)*) => {
        $b.open(stringify!($tag));
        $crate::components::html_macro::markup!(@ $b $($rest)*);
    };
    ($b:ident $text:literal $($rest:tt)*) => {
        $b.child($crate::components::html::View::from($text));
        $crate::components::html_macro::markup!($b $($rest)*);
    };
    ($b:ident { $($child:tt)* } $($rest:tt)*) => {
        $b.child($crate::components::html::View::from({ $($child)* }));
        $crate::components::html_macro::markup!($b $($rest)*);
    };
    (@ $b:ident > $($rest:tt)*) => {
        $crate::components::html_macro::markup!($b $($rest)*);
    };
    (@ $b:ident / > $($rest:tt)*) => {
        $b.close();
        $crate::components::html_macro::markup!($b $($rest)*);
    };
    (@ $b:ident { .. $bound:expr } $($rest:tt)*) => {
        $b.bind($bound);
        $crate::components::html_macro::markup!(@ $b $($rest)*);
    };
    (@ $b:ident node_ref = { $node:expr } $($rest:tt)*) => {
        $b.refer($node);
        $crate::components::html_macro::markup!(@ $b $($rest)*);
    };
    (@ $b:ident $name:ident $(- $more:ident)* = $value:literal $($rest:tt)*) => {
        $b.set(concat!(stringify!($name) $(, "-", stringify!($more))*), $value);
        $crate::components::html_macro::markup!(@ $b $($rest)*);
    };
    (@ $b:ident $name:ident $(- $more:ident)* = { $value:expr } $($rest:tt)*) => {
        $b.set_shown(
            concat!(stringify!($name) $(, "-", stringify!($more))*),
            $crate::components::html::Shown::shown($value),
        );
        $crate::components::html_macro::markup!(@ $b $($rest)*);
    };
    (@ $b:ident $name:ident $(- $more:ident)* = $module:ident :: $constant:ident $($rest:tt)*) => {
        $b.set(concat!(stringify!($name) $(, "-", stringify!($more))*), $module::$constant);
        $crate::components::html_macro::markup!(@ $b $($rest)*);
    };
    (@ $b:ident $name:ident $(- $more:ident)* $($rest:tt)*) => {
        $b.set(concat!(stringify!($name) $(, "-", stringify!($more))*), "");
        $crate::components::html_macro::markup!(@ $b $($rest)*);
    };
}

pub(crate) use html;
pub(crate) use markup;
